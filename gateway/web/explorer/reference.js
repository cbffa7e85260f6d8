// The schema as a book to look things up in: types, their fields, and what is said of them.
const TYPE = "name kind ofType { name kind ofType { name kind ofType { name kind } } }";
const INPUT = `name description defaultValue type { ${TYPE} }`;
const SCHEMA = `{ __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types {
    name kind description
    fields(includeDeprecated: true) { name description args { ${INPUT} } type { ${TYPE} } }
    inputFields { ${INPUT} } enumValues { name description } interfaces { name } possibleTypes { name }
  } } }`;
const MOST_FOUND = 60;

const typeText = (type) => type.kind === "NON_NULL" ? `${typeText(type.ofType)}!`
  : type.kind === "LIST" ? `[${typeText(type.ofType)}]` : type.name;
const coreOf = (type) => type.ofType ? coreOf(type.ofType) : type.name;

function reference() {
  let types = new Map();
  let roots = [];
  let trail = [];

  const link = (text, open) => made("button", { className: "link", type: "button", textContent: text, onclick: open });
  const typeLink = (type) => link(typeText(type), () => go(coreOf(type)));

  function argument(one) {
    return [made("span", { className: "name", textContent: one.name }), ": ", typeLink(one.type),
      one.defaultValue === null ? "" : ` = ${one.defaultValue}`];
  }

  function signature(field) {
    const listed = (field.args ?? []).flatMap((one, index) => [index ? ", " : "", ...argument(one)]);
    return [made("span", { className: "key", textContent: field.name }),
      ...(listed.length ? ["(", ...listed, ")"] : []), ...(field.type ? [": ", typeLink(field.type)] : [])];
  }

  function rows(title, list) {
    if (!list?.length) return [];
    const entries = list.flatMap((one) => [
      made("dt", {}, ...signature(one)),
      ...[one.description, ...(one.args ?? []).filter((each) => each.description)
        .map((each) => `${each.name}: ${each.description}`)].filter(Boolean).map((words) => made("dd", { textContent: words })),
    ]);
    return [made("h4", { textContent: title }), made("dl", {}, ...entries)];
  }

  function names(title, list) {
    if (!list?.length) return [];
    const entries = list.map((one) => made("dt", {}, link(one.name, () => go(one.name))));
    return [made("h4", { textContent: title }), made("dl", {}, ...entries)];
  }

  function shown(type) {
    return [made("h3", { textContent: type.name }), made("p", { textContent: type.description ?? "" }),
      ...names("Implements", type.interfaces), ...rows("Fields", type.fields), ...rows("Input fields", type.inputFields),
      ...rows("Values", type.enumValues), ...names("Possible types", type.possibleTypes)];
  }

  function contents() {
    const others = [...types.values()].filter((type) => !type.name.startsWith("__") && !roots.includes(type.name));
    others.sort((one, other) => one.name.localeCompare(other.name));
    return [...names("Roots", roots.map((name) => ({ name }))), ...names("Types", others)];
  }

  function found(words) {
    const wanted = words.toLowerCase();
    const hits = [...types.values()].filter((type) => !type.name.startsWith("__")).flatMap((type) => [
      ...(`${type.name} ${type.description ?? ""}`.toLowerCase().includes(wanted)
        ? [{ text: type.name, type: type.name, words: type.description }] : []),
      ...[...(type.fields ?? []), ...(type.inputFields ?? []), ...(type.enumValues ?? [])]
        .filter((one) => `${one.name} ${one.description ?? ""}`.toLowerCase().includes(wanted))
        .map((one) => ({ text: `${type.name}.${one.name}`, type: type.name, words: one.description })),
    ]);
    const rank = (hit) => ["startsWith", "endsWith", "includes"].findIndex((how) => hit.text.toLowerCase()[how](wanted));
    hits.sort((one, other) => (rank(one) + 4) % 4 - (rank(other) + 4) % 4);
    const entries = hits.slice(0, MOST_FOUND).flatMap((hit) => [
      made("dt", {}, link(hit.text, () => go(hit.type))), made("dd", { textContent: hit.words ?? "" })]);
    const count = hits.length > MOST_FOUND ? `${MOST_FOUND} of ${hits.length} found` : `${hits.length} found`;
    return [made("h4", { textContent: count }), made("dl", {}, ...entries)];
  }

  function show() {
    const words = at("search").value.trim();
    const here = types.get(trail.at(-1));
    at("entry").replaceChildren(...(words ? found(words) : here ? shown(here) : contents()));
    at("entry").scrollTop = 0;
    const steps = trail.flatMap((name, index) => ["›", link(name, () => back(index + 1))]);
    at("trail").replaceChildren(...(trail.length ? [link("Schema", () => back(0)), ...steps] : []));
  }

  function go(name) {
    if (!types.has(name)) return;
    at("search").value = "";
    if (trail.at(-1) !== name) trail = [...trail, name].slice(-5);
    show();
  }

  function back(length) {
    at("search").value = "";
    trail = trail.slice(0, length);
    show();
  }

  async function load() {
    try {
      const { body } = await send({ query: SCHEMA });
      if (!body.data) throw new Error(body.errors?.[0]?.message ?? "no answer");
      const schema = body.data.__schema;
      types = new Map(schema.types.map((type) => [type.name, type]));
      roots = [schema.queryType, schema.mutationType, schema.subscriptionType].filter(Boolean).map((type) => type.name);
      go(roots[0]);
    } catch (error) {
      at("entry").replaceChildren(made("p", { textContent: `The schema cannot be read: ${error.message}` }),
        link("Try again", load));
    }
  }

  at("search").addEventListener("input", show);
  return { load };
}
