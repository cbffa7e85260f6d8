"""A small page to try the API with, for development: one file, nothing loaded from elsewhere."""

from ariadne.explorer import Explorer
from starlette.requests import Request

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Caravan: GraphQL</title>
<style>
 body{margin:0;font:14px system-ui;display:grid;grid-template:auto 1fr/1fr 1fr;height:100vh;gap:8px;padding:8px;
      box-sizing:border-box;background:#f6f6f4;color:#222}
 header{grid-column:1/3;display:flex;gap:8px;align-items:center}
 input{flex:1}textarea,pre,input,button{font:13px ui-monospace,monospace;padding:8px;border:1px solid #bbb;
      border-radius:4px;background:#fff;box-sizing:border-box}
 section{display:grid;grid-template-rows:3fr 1fr;gap:8px;min-height:0}textarea{resize:none;width:100%}
 pre{margin:0;overflow:auto;white-space:pre-wrap}button{cursor:pointer;background:#234;color:#fff}
</style></head><body>
<header><b>Caravan</b><input id="token" placeholder="access token (from login), empty for anonymous">
<button id="run">Run (Ctrl-Enter)</button><button id="schema">Schema</button></header>
<section><textarea id="query" spellcheck="false">query Products {
  products(first: 5) {
    totalCount
    edges { node { sku name price { amount currency } stock { available } } }
  }
}</textarea><textarea id="variables" spellcheck="false" placeholder="variables, as JSON">{}</textarea></section>
<pre id="result"></pre>
<script>
const at = id => document.getElementById(id);
const FIELDS = `{ __schema { queryType { fields { ...F } } mutationType { fields { ...F } } } }
fragment F on __Field { name description args { name type { ...T } } type { ...T } }
fragment T on __Type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }`;
const named = t => t.kind === "NON_NULL" ? named(t.ofType) + "!"
  : t.kind === "LIST" ? "[" + named(t.ofType) + "]" : t.name;
async function send(query, variables) {
  const headers = {"content-type": "application/json"};
  if (at("token").value) headers.authorization = "Bearer " + at("token").value;
  const answer = await fetch(location.pathname, {method: "POST", headers, body: JSON.stringify({query, variables})});
  return answer.json();
}
async function run() {
  try {
    const result = await send(at("query").value, JSON.parse(at("variables").value || "{}"));
    for (const part of Object.values(result.data || {}))
      if (part && part.accessToken) at("token").value = part.accessToken;
    at("result").textContent = JSON.stringify(result, null, 2);
  } catch (error) { at("result").textContent = String(error); }
}
async function schema() {
  const {data} = await send(FIELDS);
  const lines = fields => fields.map(f => "  " + f.name + (f.args.length ? "(" + f.args.map(
    a => a.name + ": " + named(a.type)).join(", ") + ")" : "") + ": " + named(f.type)
    + (f.description ? "   # " + f.description.replaceAll("\\n", " ") : ""));
  at("result").textContent = ["query", ...lines(data.__schema.queryType.fields), "", "mutation",
    ...lines(data.__schema.mutationType.fields)].join("\\n");
}
at("run").onclick = run; at("schema").onclick = schema;
document.onkeydown = event => { if (event.ctrlKey && event.key === "Enter") run(); };
</script></body></html>
"""


class ExplorerPage(Explorer):
    """Answers a GET; with `shown` False there is no page, and GET is not allowed."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown

    def html(self, _request: Request) -> str | None:
        """The page."""
        return PAGE if self._shown else None
