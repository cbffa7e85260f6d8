// What the page's controls do.
const EXAMPLES = {
  "Products": [`query Products {
  products(first: 5) {
    totalCount
    edges {
      node {
        sku
        name
        price { amount currency }
        stock { available }
      }
    }
  }
}
`, ""],
  "Sign in": [`mutation SignIn($input: LoginInput!) {
  login(input: $input) {
    accessToken
    user { email roles }
    errors { code message }
  }
}
`, `{
  "input": {
    "email": "ops@caravan.example",
    "password": ""
  }
}
`],
  "Place an order": [`mutation Place($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    order { id status total { amount currency } }
    errors { code message path }
  }
}
`, `{
  "input": {
    "lines": [{ "sku": "", "quantity": 1 }],
    "paymentMethod": "pm_card_visa",
    "idempotencyKey": "my-first-order"
  }
}
`],
  "Orders and their workflows": [`query Orders {
  orders(first: 5) {
    edges {
      node {
        id
        status
        placedAt
        workflow { status url steps { name state } }
      }
    }
  }
}
`, ""],
  "Watch stock": [`subscription Stock($skus: [String!]!) {
  stockChanged(skus: $skus) {
    sku
    onHand
    reserved
    available
  }
}
`, `{
  "skus": [""]
}
`],
};
const KEPT_STATES = 200;

const query = editor("query", EXAMPLES.Products[0]);
const variables = editor("variables", "");
let stop = null;

const bodyOf = (body) => made("pre", {}, ...coloured(JSON.stringify(body, null, 2)));

function say(words, bad = false) {
  at("status").textContent = words;
  at("status").classList.toggle("bad", bad);
}

function pane(name) {
  document.querySelector("main").dataset.shown = name;
  for (const button of document.querySelectorAll("nav button")) {
    button.setAttribute("aria-pressed", String(button.dataset.pane === name));
  }
}

function chosen() {
  const operations = operationsIn(query.text);
  return operations.find((one) => one.name === at("operation").value) ?? operations[0];
}

function request() {
  const given = variables.text.trim();
  const wish = { query: query.text, variables: given ? JSON.parse(given) : {} };
  const operation = chosen();
  return operation?.name ? { ...wish, operationName: operation.name } : wish;
}

function running(end) {
  stop = end;
  at("run").textContent = end ? "Stop" : "Run";
}

async function ask(wish) {
  const leaving = new AbortController();
  running(() => leaving.abort());
  say("asking …");
  try {
    const { body, status, took } = await send(wish, leaving.signal);
    const points = body.extensions?.cost?.requestedQueryCost;
    say(`${status} · ${took} ms${points === undefined ? "" : ` · cost ${points}`}`, Boolean(body.errors));
    at("result").replaceChildren(bodyOf(body));
    const fresh = tokenIn(body);
    if (fresh) token.set(fresh);
  } finally {
    running(null);
  }
}

function watch(wish) {
  let count = 0;
  at("result").replaceChildren(made("p", { className: "hint", textContent: "Waiting for the first state …" }));
  say("connecting …");
  running(subscribe(wish, {
    state(body) {
      if (count === 0) at("result").replaceChildren();
      count += 1;
      const { extensions: _cost, ...told } = body;
      const time = new Date().toLocaleTimeString([], { hour12: false });
      at("result").prepend(made("details", { open: true }, made("summary", { textContent: `#${count} · ${time}` }), bodyOf(told)));
      while (at("result").children.length > KEPT_STATES) at("result").lastChild.remove();
      say(`live · ${count} received`, Boolean(body.errors));
    },
    end(words) {
      running(null);
      say(`${words} · ${count} received`, words !== "ended");
    },
  }));
}

async function run() {
  if (stop) return stop();
  pane("answer");
  try {
    const wish = request();
    if (chosen()?.kind === "subscription") watch(wish);
    else await ask(wish);
  } catch (error) {
    const words = error instanceof SyntaxError ? `The variables are no JSON: ${error.message}` : error.message;
    say(error.name === "AbortError" ? "stopped" : "failed", true);
    at("result").replaceChildren(made("p", { className: "hint", textContent: words }));
  }
}

function offerOperations() {
  const named = operationsIn(query.text).filter((one) => one.name);
  const before = at("operation").value;
  at("operation").replaceChildren(...named.map((one) => made("option", { value: one.name, textContent: one.name })));
  at("operation").hidden = named.length < 2;
  if (named.some((one) => one.name === before)) at("operation").value = before;
}

at("examples").append(...Object.keys(EXAMPLES).map((name) => made("option", { value: name, textContent: name })));
at("examples").addEventListener("change", () => {
  const [words, values] = EXAMPLES[at("examples").value] ?? [query.text, variables.text];
  query.set(words);
  variables.set(values);
  at("examples").value = "";
  pane("ask");
});
at("result").replaceChildren(made("p", { className: "hint", textContent: "Run the operation to see its answer here." }));
at("token").value = sessionStorage.getItem(KEPT) ?? "";
at("token").addEventListener("input", () => token.set(token.text));
at("forget").addEventListener("click", () => token.set(""));
at("run").addEventListener("click", run);
query.field.addEventListener("input", offerOperations);
for (const button of document.querySelectorAll("nav button")) button.addEventListener("click", () => pane(button.dataset.pane));
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    run();
  }
});
offerOperations();
reference().load();
