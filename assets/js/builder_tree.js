// A segment's rule as the builder edits it: groups and conditions with ids, and the JSON that they mean. Pure: no page.
//
// A group is {id, kind: "group", mode: "all" | "any", not, children}; a condition {id, kind: "field" | "event" | "segment", not, …}.
// `not` stands on what it negates, so that nobody has to nest by hand; reading and writing the JSON keeps the meaning.
export const MAX_DEPTH = 10;
let last = 0;

export const newId = () => `n${(last += 1)}`;
export const group = (mode = "all", children = []) => ({ id: newId(), kind: "group", mode, not: false, children });
export const filter = (property = "", is = {}) => ({ id: newId(), property, is });

export function condition(item, is = {}) {
  if (item.kind === "segment") return { id: newId(), kind: "segment", not: false, segment: item.name };
  if (item.kind === "field") return { id: newId(), kind: "field", not: false, field: item.name, is };
  return {
    id: newId(), kind: "event", not: false, events: [item.name], where: [],
    window: { type: "last", amount: 30, unit: "days" }, measure: { what: "count" }, is: { operator: "at_least", value: 1 },
  };
}

// Everything below, with where it is.
export function* walk(node, parent = null, depth = 1) {
  yield { node, parent, depth };
  for (const child of node.children ?? []) yield* walk(child, node, depth + 1);
}

export function find(root, id) {
  for (const place of walk(root)) if (place.node.id === id) return place;
  return null;
}

export const height = (node) => 1 + Math.max(0, ...(node.children ?? []).map(height));
export const conditions = (root) => [...walk(root)].filter(({ node }) => node.kind !== "group").length;

export function copy(node) {
  const made = structuredClone(node);
  for (const { node: each } of walk(made)) {
    each.id = newId();
    for (const one of each.where ?? []) one.id = newId();
  }
  return made;
}

export function remove(root, id) {
  const { node, parent } = find(root, id);
  const index = parent.children.indexOf(node);
  parent.children.splice(index, 1);
  return { node, parent, index };
}

// Puts a node into a group; says whether it fits: a group may not swallow itself, nor may the tree become too deep.
export function place(root, id, groupId, index) {
  const { node, parent } = find(root, id);
  const target = find(root, groupId);
  if ([...walk(node)].some(({ node: each }) => each.id === groupId)) return false;
  if (target.depth + height(node) + (node.not ? 1 : 0) > MAX_DEPTH) return false;
  const from = parent.children.indexOf(node);
  parent.children.splice(from, 1);
  target.node.children.splice(parent === target.node && from < index ? index - 1 : index, 0, node);
  return true;
}

// The moves of the keyboard. Each answers whether anything moved.
export const moves = {
  up(root, id) {
    const { node, parent } = find(root, id);
    const at = parent.children.indexOf(node);
    if (at > 0) return place(root, id, parent.id, at - 1);
    return moves.out(root, id, 0);
  },
  down(root, id) {
    const { node, parent } = find(root, id);
    const at = parent.children.indexOf(node);
    if (at < parent.children.length - 1) return place(root, id, parent.id, at + 2);
    return moves.out(root, id, 1);
  },
  into(root, id) {
    const { node, parent } = find(root, id);
    const at = parent.children.indexOf(node);
    const isGroup = (each) => each?.kind === "group";
    const above = parent.children[at - 1];
    const below = parent.children[at + 1];
    if (isGroup(above)) return place(root, id, above.id, above.children.length);
    return isGroup(below) ? place(root, id, below.id, 0) : false;
  },
  out(root, id, after = 1) {
    const { parent } = find(root, id);
    const above = find(root, parent.id).parent;
    return above ? place(root, id, above.id, above.children.indexOf(parent) + after) : false;
  },
  wrap(root, id) {
    const { node, parent, depth } = find(root, id);
    if (depth + height(node) > MAX_DEPTH) return false;
    parent.children[parent.children.indexOf(node)] = group(parent.mode === "all" ? "any" : "all", [node]);
    return true;
  },
};

const given = (operand) => operand !== undefined && operand !== null && operand !== "";

// Whether a test has all that its operator needs. `shapes` has each operator's operands. Of two dates one is enough.
export function complete(is, shapes) {
  const shape = shapes[is.operator];
  if (!shape) return false;
  const bounds = shape.operands.filter(({ bound }) => bound);
  if (bounds.length && bounds.some(({ name }) => typeof is[name] === "string")) return true;
  return shape.operands.every(({ name, list }) => (list ? is[name]?.length > 0 : given(is[name])));
}

export function unfinished(node, shapes) {
  if (node.kind === "group") return node.children.length === 0;
  if (node.kind === "segment") return !node.segment;
  if (node.kind === "field") return !complete(node.is, shapes);
  const { window, measure } = node;
  const dated = window.type !== "between" || window.from || window.to;
  const lasting = window.type !== "last" || window.amount > 0;
  const measured = !["sum", "average"].includes(measure.what) || measure.property;
  return !(dated && lasting && measured && complete(node.is, shapes) && node.where.every((one) => one.property && complete(one.is, shapes)));
}

// The JSON of a tree, and which node stands at which JSON pointer. With `shapes`, what is not finished is left out.
export function write(root, shapes = null) {
  const places = new Map();
  const body = node_of(root, "/root", places, shapes) ?? { type: "all", of: [] };
  return { rule: { version: 1, root: body }, places };
}

function node_of(node, pointer, places, shapes) {
  const at = node.not ? `${pointer}/of` : pointer;
  const made = node.kind === "group" ? group_of(node, at, places, shapes) : leaf_of(node, at, places, shapes);
  if (made === null) return null;
  places.set(at, node.id);
  return node.not ? { type: "not", of: made } : made;
}

function group_of(node, at, places, shapes) {
  const of = [];
  for (const child of node.children) {
    const made = node_of(child, `${at}/of/${of.length}`, places, shapes);
    if (made !== null) of.push(made);
  }
  return of.length || !shapes ? { type: node.mode, of } : null;
}

function leaf_of(node, at, places, shapes) {
  if (shapes && unfinished(node, shapes)) return null;
  if (node.kind === "segment") return { type: "segment", segment: node.segment };
  if (node.kind === "field") return { type: "field", field: node.field, is: node.is };
  const where = node.where.map((one, index) => {
    places.set(`${at}/where/${index}`, one.id);
    return { property: one.property, is: one.is };
  });
  return { type: "event", events: node.events, where, window: node.window, measure: node.measure, is: node.is };
}

// A tree of a rule's JSON. Throws an Error that says what is wrong with a text that is no rule.
export function read(rule) {
  const top = rule?.root;
  if (!top || typeof top !== "object") throw new Error("A rule is {\"version\": 1, \"root\": …}.");
  const root = read_node(top, 1);
  if (root.kind === "group") return root;
  return group("all", [root]);
}

function read_node(json, depth) {
  if (depth > 40) throw new Error("This rule is nested too deeply.");
  if (json?.type === "not") {
    const inner = read_node(json.of, depth + 1);
    return { ...inner, not: !inner.not };
  }
  if (json?.type === "all" || json?.type === "any") {
    if (!Array.isArray(json.of)) throw new Error(`"${json.type}" needs a list in "of".`);
    return group(json.type, json.of.map((child) => read_node(child, depth + 1)));
  }
  if (json?.type === "field" && typeof json.field === "string") return { ...condition({ kind: "field", name: json.field }), is: { ...json.is } };
  if (json?.type === "segment") return condition({ kind: "segment", name: json.segment ?? "" });
  if (json?.type === "event" && Array.isArray(json.events) && json.events.length) {
    return {
      id: newId(), kind: "event", not: false, events: [...json.events], where: (json.where ?? []).map((one) => filter(one.property, { ...one.is })),
      window: json.window ?? { type: "ever" }, measure: json.measure ?? { what: "count" }, is: json.is ?? { operator: "at_least", value: 1 },
    };
  }
  throw new Error(`"${String(json?.type)}" is no kind of condition.`);
}
