// Asks the API over HTTP. The token lives as long as the browser's tab.
const KEPT = "caravan-token";

const token = {
  get text() { return at("token").value.trim(); },
  set(text) {
    at("token").value = text;
    if (text) sessionStorage.setItem(KEPT, text);
    else sessionStorage.removeItem(KEPT);
  },
};

async function send(request, signal) {
  const headers = { "content-type": "application/json" };
  if (token.text) headers.authorization = `Bearer ${token.text}`;
  const started = performance.now();
  const response = await fetch(location.pathname, { method: "POST", headers, body: JSON.stringify(request), signal });
  const body = await response.json();
  return { body, status: response.status, took: Math.round(performance.now() - started) };
}

// A mutation that signs in answers with a token: it is the one to go on with.
function tokenIn(body) {
  return Object.values(body.data ?? {}).find((part) => part && typeof part.accessToken === "string")?.accessToken;
}
