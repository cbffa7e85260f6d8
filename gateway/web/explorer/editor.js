// A text field with a coloured copy of its text behind it.
function editor(id, text) {
  const field = at(id);
  const copy = field.previousElementSibling;
  const show = () => {
    copy.replaceChildren(...coloured(field.value), "\n");
    follow();
  };
  const follow = () => {
    copy.scrollTop = field.scrollTop;
    copy.scrollLeft = field.scrollLeft;
  };
  const insert = (words) => {
    field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input"));
  };
  field.addEventListener("input", show);
  field.addEventListener("scroll", follow);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Tab" && !event.shiftKey && !event.ctrlKey && !event.altKey && field.value) {
      event.preventDefault();
      insert("  ");
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      const line = field.value.slice(0, field.selectionStart).split("\n").pop();
      event.preventDefault();
      insert("\n" + line.match(/^\s*/)[0] + (/[{([]\s*$/.test(line) ? "  " : ""));
    }
  });
  const set = (words) => {
    field.value = words;
    field.dispatchEvent(new Event("input"));
  };
  set(text);
  return { field, set, get text() { return field.value; } };
}

// The operations of a document, by what stands outside of all braces.
function operationsIn(source) {
  const bare = source.replace(/"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*/g, " ");
  const found = [];
  let depth = 0;
  for (const match of bare.matchAll(/[{}()]|\b(query|mutation|subscription|fragment)\b\s*([A-Za-z_]\w*)?/g)) {
    if ("{(".includes(match[0])) {
      if (depth === 0 && match[0] === "{" && !found.some((one) => one.open)) found.push({ kind: "query", name: "" });
      depth += 1;
    } else if ("})".includes(match[0])) {
      depth -= 1;
      if (depth === 0 && match[0] === "}") found.forEach((one) => { one.open = false; });
    } else if (depth === 0) {
      found.push({ kind: match[1], name: match[2] ?? "", open: true });
    }
  }
  return found.filter((one) => one.kind !== "fragment");
}
