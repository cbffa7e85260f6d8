"""Millions of pairs of products in memory, as columns: each pair is one number. Knows no orders.

What is read of it is what the store of the service reads: those that were bought with a product most often.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from services.recommendations.models import Partner
from services.recommendations.ports import MOST_PARTNERS

if TYPE_CHECKING:
    import pyarrow as pa


class PairCounts:
    """Orders with both, by pairs of these SKUs, which are sorted."""

    def __init__(self, skus: Sequence[str]) -> None:
        self._skus = skus
        self._places = {sku: place for place, sku in enumerate(skus)}
        self._pairs = array("q")
        self._orders = array("q")

    def add(self, pairs: Mapping[tuple[str, str], int]) -> None:
        """Adds these orders to what is known."""
        places, width = self._places, len(self._skus)
        self._pairs.extend(places[first] * width + places[second] for first, second in pairs)
        self._orders.extend(pairs.values())

    def partners(self) -> Callable[[str], tuple[Partner, ...]]:
        """What gives the partners of a SKU, as `CountReader.partners_of` does; those added later are not in it."""
        sorted_pairs = self._by_sku()
        runs = _runs(sorted_pairs["sku"])
        others, orders = sorted_pairs["other"], sorted_pairs["orders"]

        @cache
        def partners_of(sku: str) -> tuple[Partner, ...]:
            start, end = runs.get(self._places.get(sku, -1), (0, 0))
            end = min(end, start + MOST_PARTNERS)
            names = (self._skus[place] for place in others[start:end].to_pylist())
            some = [Partner(sku=name, orders=n) for name, n in zip(names, orders[start:end].to_pylist(), strict=True)]
            return tuple(sorted(some, key=lambda each: (-each.orders, each.sku)))

        return partners_of

    def _by_sku(self) -> pa.Table:
        """Each pair twice, under both of its SKUs; those with the most orders first, of equal ones by the pair."""
        import pyarrow as pa
        from pyarrow import compute

        added = pa.table({"pair": pa.array(self._pairs, pa.int64()), "orders": pa.array(self._orders, pa.int64())})
        pairs = added.group_by("pair").aggregate([("orders", "sum")])
        first = compute.divide(pairs["pair"], len(self._skus))
        second = compute.subtract(pairs["pair"], compute.multiply(first, len(self._skus)))
        sides = ({"sku": first, "other": second}, {"sku": second, "other": first})
        both = [pa.table({**side, "orders": pairs["orders_sum"], "pair": pairs["pair"]}) for side in sides]
        order = [("sku", "ascending"), ("orders", "descending"), ("pair", "ascending")]
        return pa.concat_tables(both).sort_by(order).combine_chunks()


def _runs(places: pa.ChunkedArray) -> Mapping[int, tuple[int, int]]:
    """Where the rows of each SKU begin and end."""
    from pyarrow import compute

    encoded = compute.run_end_encode(places.combine_chunks())
    ends = encoded.run_ends.to_pylist()
    return dict(zip(encoded.values.to_pylist(), zip((0, *ends), ends, strict=False), strict=True))
