"""The sample shop's goods: The Waystation, an outfitter for slow journeys. Invented; values only."""

from cli.shop_views import ProductWish

PLENTY = 200

_GOODS: dict[str, tuple[tuple[str, str, str, int], ...]] = {
    "Packs": (
        ("PACK-DAYWALK-18", "Daywalk 18 L Rucksack", "64.90", PLENTY),
        ("PACK-CAMEL-35", "Camel 35 L Travel Pack", "129.00", PLENTY),
        ("PACK-NOMAD-60", "Nomad 60 L Expedition Pack", "239.00", 12),
        ("PACK-SADDLE-PAIR", "Waxed Canvas Saddlebags, pair", "158.50", 6),
        ("PACK-ROLL-DRY-10", "Roll-Top Dry Bag 10 L", "19.90", PLENTY),
        ("PACK-CUBES-3", "Packing Cubes, set of three", "27.50", PLENTY),
        ("PACK-MONEY-BELT", "Linen Money Belt", "16.00", PLENTY),
    ),
    "Shelter": (
        ("TENT-OASIS-2", "Oasis 2 Tent", "289.00", 40),
        ("TENT-OASIS-4", "Oasis 4 Tent", "419.00", 4),
        ("TARP-SIROCCO", "Sirocco Tarp 3 x 4 m", "98.00", PLENTY),
        ("BAG-DUSK-5C", "Dusk Sleeping Bag, to 5 C", "119.00", PLENTY),
        ("BAG-FROST-M10C", "Frost Sleeping Bag, to -10 C", "214.00", 15),
        ("MAT-FELT-ROLL", "Felt Sleeping Mat", "45.00", PLENTY),
        ("NET-MOSQUITO-1", "Mosquito Net, single", "24.90", PLENTY),
    ),
    "Kitchen": (
        ("STOVE-EMBER", "Ember Wood Stove", "74.00", PLENTY),
        ("KETTLE-COPPER-1L", "Copper Kettle 1 L", "58.00", 9),
        ("POT-TIN-NEST", "Nesting Pots, tin-lined", "82.00", PLENTY),
        ("CUP-ENAMEL", "Enamel Cup", "8.50", PLENTY),
        ("BOTTLE-STEEL-1L", "Steel Water Bottle 1 L", "26.90", PLENTY),
        ("FILTER-SPRING", "Spring Water Filter", "67.00", PLENTY),
        ("SPICE-TRAVEL-6", "Travel Spice Box, six tins", "22.40", PLENTY),
    ),
    "Clothing": (
        ("CLOAK-RAIN-WAX", "Waxed Rain Cloak", "139.00", PLENTY),
        ("SCARF-INDIGO", "Indigo Cotton Scarf", "29.00", PLENTY),
        ("HAT-STRAW-WIDE", "Wide Straw Hat", "34.50", PLENTY),
        ("SHIRT-LINEN-LONG", "Long Linen Shirt", "59.00", PLENTY),
        ("SOCK-MERINO-3", "Merino Socks, three pairs", "36.00", PLENTY),
        ("BOOT-TRAIL-HIGH", "High Trail Boots", "184.00", 60),
        ("GLOVE-GOAT", "Goatskin Gloves", "48.00", 3),
    ),
    "Light": (
        ("LAMP-HURRICANE", "Hurricane Lantern", "39.90", PLENTY),
        ("LAMP-SOLAR-FOLD", "Folding Solar Lantern", "32.00", PLENTY),
        ("LAMP-HEAD-300", "Head Lamp 300 lm", "44.00", PLENTY),
        ("LAMP-DJINN", "Djinn Brass Lamp, numbered edition", "249.00", 10),
        ("CANDLE-BEES-6", "Beeswax Candles, six", "14.80", PLENTY),
        ("FIRE-STRIKER", "Flint and Steel", "17.50", PLENTY),
        ("TORCH-CRANK", "Hand-Crank Torch", "21.00", PLENTY),
    ),
    "Wayfinding": (
        ("MAP-SILK-ROAD", "Silk Road Map, cloth", "28.00", PLENTY),
        ("MAP-STARS-NORTH", "Star Chart, northern sky", "18.00", PLENTY),
        ("COMPASS-BRASS", "Brass Compass", "69.00", 25),
        ("SEXTANT-POCKET", "Pocket Sextant", "329.00", 2),
        ("BOOK-CARAVANSERAI", "The Caravanserai Cook Book", "31.00", PLENTY),
        ("JOURNAL-LEATHER", "Leather Travel Journal", "38.00", PLENTY),
        ("GLASS-SPY-12X", "Brass Spyglass 12x", "112.00", 8),
    ),
}
"""By category: SKU, name, price in EUR, and how many are on the shelf when the demo begins."""

PRODUCTS: tuple[ProductWish, ...] = tuple(
    ProductWish(
        sku=sku,
        name=name,
        description=f"{name}. From The Waystation, outfitters for slow journeys.",
        category=category,
        price=price,
        stock=stock,
    )
    for category, goods in _GOODS.items()
    for sku, name, price, stock in goods
)

NAMES = {product.sku: product.name for product in PRODUCTS}
