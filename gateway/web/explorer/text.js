// Text made into elements: never as HTML, so that nothing that was answered can become part of the page.
const at = (id) => document.getElementById(id);

function made(tag, about = {}, ...children) {
  const element = Object.assign(document.createElement(tag), about);
  element.append(...children);
  return element;
}

const TOKENS = /("""[\s\S]*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?)|(#[^\n]*)|(\$?[A-Za-z_][A-Za-z0-9_]*)|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
const KEYWORDS = new Set(["query", "mutation", "subscription", "fragment", "on", "true", "false", "null"]);

function kindOf([, text, note, word], behind) {
  if (text) return /^\s*:/.test(behind) ? "name" : "text";
  if (note) return "note";
  if (word) return KEYWORDS.has(word) ? "key" : word[0] === "$" ? "number" : /^\s*:/.test(behind) ? "name" : "";
  return "number";
}

// GraphQL and JSON alike.
function coloured(source) {
  const parts = [];
  let end = 0;
  for (const match of source.matchAll(TOKENS)) {
    const next = match.index + match[0].length;
    parts.push(source.slice(end, match.index));
    parts.push(made("span", { className: kindOf(match, source.slice(next, next + 20)), textContent: match[0] }));
    end = next;
  }
  return [...parts, source.slice(end)];
}
