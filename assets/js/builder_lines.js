// A condition in its lines: what is asked for, how it is tested, when it happened, and which of its events count.
import { el, icon, select } from "./builder_elements.js";
import { defaults, operands, usual } from "./builder_inputs.js";
import { filter } from "./builder_tree.js";

const COUNTS = [["at_least", "at least"], ["at_most", "at most"], ["equals", "exactly"], ["greater_than", "more than"], ["less_than", "fewer than"], ["between", "between"], ["never", "not at all"]];
const NUMERIC = new Set(["at_least", "at_most", "greater_than", "less_than", "between"]);
const TYPES = [["text", "text"], ["number", "number"], ["boolean", "yes or no"]];

// `catalogue` is what the server gave (fields, kinds, segments, operators, periods, money); `draw` renders anew after a change of
// structure, `touched` is told of a change of value, `pick` opens the list of everything.
export function lines({ catalogue, draw, touched, pick }) {
  const fields = new Map(catalogue.fields.map((one) => [one.name, one]));
  const kinds = new Map(catalogue.kinds.map((one) => [one.name, one]));
  const segments = new Map(catalogue.segments.map((one) => [one.name, one]));
  const shapes = Object.fromEntries(catalogue.operators.map((one) => [one.name, one]));
  const context = (key, label, choices = []) => ({ key, label, choices, money: catalogue.money, periods: catalogue.periods });
  const word = (text) => el("span", { class: "word" }, text);
  const chosen = (node, label, items, title, take) => el("button", {
    class: "subject", type: "button", "data-key": `${node.id}:subject`, "aria-haspopup": "dialog", onclick: () => pick(items, title, take),
  }, el("span", { class: "truncate" }, label), icon("chevron-down"));

  const first = (operators, type) => {
    const operator = usual(operators, type);
    return defaults(operator, shapes[operator], type);
  };

  // The operator and its operands. `holder.is` is the test.
  function test(holder, key, label, type, choices, allowed) {
    const actual = type === "any" ? typeOf(holder.is) : type;
    const change = (operator) => {
      holder.is = defaults(operator, shapes[operator], actual, holder.is);
      draw(`${key}:operator`);
    };
    const parts = [select(named(allowed, actual), holder.is.operator ?? "", change, { "data-key": `${key}:operator`, "data-operand": "operator", "aria-label": `${label}: test` })];
    if (type === "any" && ["equals", "not_equals"].includes(holder.is.operator)) {
      const retype = (name) => {
        holder.is = { operator: holder.is.operator, ...(name === "boolean" ? { value: true } : name === "number" ? { value: 0 } : {}) };
        draw(`${key}:value`);
      };
      parts.push(select(TYPES, actual, retype, { "data-key": `${key}:type`, "aria-label": `${label}: kind of value` }));
    }
    return [...parts, ...operands(shapes[holder.is.operator], actual, context(key, label, choices), holder.is, (name, value) => put(holder.is, name, value, key))];
  }

  function put(target, name, value, key) {
    if (value === undefined) delete target[name];
    else target[name] = value;
    touched(key);
  }

  const named = (names, type) => names.filter((name) => shapes[name]).map((name) => [name, shapes[name].labels?.[type] ?? shapes[name].label]);

  function typeOf(is) {
    if (NUMERIC.has(is.operator) || typeof is.value === "number") return "number";
    if (typeof is.value === "boolean") return "boolean";
    return /^(before|after|on|within_|more_than_|in_period|anniversary)/.test(is.operator ?? "") ? "moment" : "text";
  }

  function fieldLine(node) {
    const field = fields.get(node.field) ?? { label: node.field, type: "any", choices: [], operators: [], available: true };
    const take = (item) => {
      if (item.kind !== "field") return replace(node, item);
      const before = fields.get(node.field);
      node.field = item.name;
      if (before?.type !== item.type || item.choices.length || before?.choices.length) node.is = first(item.operators, item.type);
      return draw(`${node.id}:operator`);
    };
    const parts = [chosen(node, field.label, catalogue.items, "What to ask about the customer", take), ...test(node, node.id, field.label, field.type, field.choices, field.operators)];
    return [el("div", { class: "line" }, parts), field.available ? null : el("p", { class: "small muted" }, "Nothing is known of this yet, so it matches nobody.")];
  }

  function replace(node, item) {
    draw.replace(node, item);
  }

  function segmentLine(node) {
    const segment = segments.get(node.segment);
    const take = (item) => (item.kind === "segment" ? ((node.segment = item.name), draw(`${node.id}:subject`)) : replace(node, item));
    return [el("div", { class: "line" }, word("is in the segment"), chosen(node, segment?.label ?? node.segment ?? "Choose…", catalogue.segments, "Which segment", take))];
  }

  function eventLines(node) {
    const kind = kinds.get(node.events[0]) ?? { label: node.events[0], properties: [], open: true, available: true };
    const take = (item) => {
      if (item.kind !== "kind") return replace(node, item);
      node.events = [item.name, ...node.events.slice(1).filter((name) => name !== item.name)];
      const known = new Set(item.properties.map((one) => one.name));
      if (!item.open) node.where = node.where.filter((one) => known.has(one.property));
      if (node.measure.property && !known.has(node.measure.property)) remeasure(node, "count");
      return draw(`${node.id}:measure`);
    };
    const what = el("div", { class: "line" }, chosen(node, kind.label, catalogue.items, "What to ask about the customer", take), ...others(node), ...measured(node, kind));
    const when = el("div", { class: "line" }, ...windowed(node), el("button", {
      class: "btn small quiet", type: "button", "data-key": `${node.id}:where`, onclick: () => { node.where.push(filter()); draw(`${node.where.at(-1).id}:property`); },
    }, icon("filter"), node.where.length ? "And where" : "Where"));
    return [what, when, ...node.where.map((one, index) => whereLine(node, one, index, kind)), kind.available ? null : el("p", { class: "small muted" }, "Nothing of this kind arrives yet, so nobody has done it.")];
  }

  function others(node) {
    const more = node.events.slice(1).map((name) => el("span", { class: "badge" }, kinds.get(name)?.label ?? name, el("button", {
      type: "button", "aria-label": `No longer ${kinds.get(name)?.label ?? name}`, onclick: () => { node.events = node.events.filter((one) => one !== name); draw(`${node.id}:subject`); },
    }, icon("x"))));
    const left = catalogue.items.filter((item) => item.kind === "kind" && !node.events.includes(item.name));
    const add = node.events.length < 10 && el("button", {
      class: "btn small quiet icon-only", type: "button", title: "Or another event", "aria-label": "Or another event", "data-key": `${node.id}:other`,
      onclick: () => pick(left, "Or which other event", (item) => { node.events.push(item.name); draw(`${node.id}:other`); }),
    }, icon("plus"));
    return more.length ? [word("or"), ...more, add] : [add];
  }

  function remeasure(node, text) {
    const [what, property] = text.split(":");
    const before = node.measure.what;
    node.measure = property ? { what, property } : { what };
    const dated = (name) => name === "first" || name === "last";
    if (dated(what) !== dated(before) || what === "sum" || what === "average") {
      node.is = dated(what) ? defaults("within_last", shapes.within_last, "moment") : { operator: "at_least", ...(what === "sum" || what === "average" ? {} : { value: 1 }) };
    }
  }

  function measured(node, kind) {
    const summable = kind.properties.filter((one) => one.type === "money" || one.type === "number");
    const options = [
      ["count", "how often"], ["days", "on how many days"],
      ...summable.flatMap((one) => [[`sum:${one.name}`, `sum of ${one.label}`], [`average:${one.name}`, `average ${one.label}`]]),
      ["first", "for the first time"], ["last", "for the last time"],
    ];
    const { what, property } = node.measure;
    const present = property ? `${what}:${property}` : what;
    if (!options.some(([name]) => name === present)) options.push([present, `${what} of ${property ?? "?"}`]);
    const chooser = select(options, present, (text) => { remeasure(node, text); draw(`${node.id}:operator`); }, { "data-key": `${node.id}:measure`, "data-operand": "measure", "aria-label": `${kind.label}: measure` });
    if (what === "count" || what === "days") return [chooser, ...counted(node, kind)];
    const type = what === "first" || what === "last" ? "moment" : (kind.properties.find((one) => one.name === property)?.type ?? "number");
    const allowed = (catalogue.types[type] ?? []).filter((name) => (type === "moment" || NUMERIC.has(name) || name === "equals"));
    return [chooser, ...test(node, node.id, kind.label, type, [], allowed)];
  }

  function counted(node, kind) {
    const never = node.is.operator === "equals" && node.is.value === 0;
    const change = (operator) => {
      const value = Number.isInteger(node.is.value) && node.is.value > 0 ? node.is.value : 1;
      if (operator === "never") node.is = { operator: "equals", value: 0 };
      else node.is = operator === "between" ? { operator, from: value, to: value + 1 } : { operator, value };
      draw(`${node.id}:operator`);
    };
    const unit = node.measure.what === "days" ? "days" : "times";
    const operator = select(COUNTS, never ? "never" : node.is.operator, change, { "data-key": `${node.id}:operator`, "data-operand": "operator", "aria-label": `${kind.label}: test` });
    if (never) return [operator];
    return [operator, ...operands(shapes[node.is.operator], "number", context(node.id, kind.label), node.is, (name, value) => put(node.is, name, value, node.id)), word(unit)];
  }

  function windowed(node) {
    const { window } = node;
    const present = window.type === "period" ? `period:${window.period}` : window.type;
    const options = [
      ["ever", "at any time"], ["last", "in the last"], ["between", "between dates"],
      { label: "Calendar", options: catalogue.periods.map(([name, label]) => [`period:${name}`, label]) },
    ];
    const change = (text) => {
      const [type, period] = text.split(":");
      node.window = type === "period" ? { type, period } : type === "last" ? { type, amount: 30, unit: "days" } : { type };
      draw(`${node.id}:window`);
    };
    const set = (name) => (value) => put(window, name, value, node.id);
    const label = "When";
    const parts = [select(options, present, change, { "data-key": `${node.id}:window`, "data-operand": "window", "aria-label": label })];
    if (window.type === "last") {
      const amount = { operands: [{ name: "amount", kind: "whole", label: "how many", from: 1, to: 87600 }, { name: "unit", kind: "unit", label: "unit" }] };
      parts.push(...operands(amount, "moment", context(`${node.id}:window`, label), window, (name, value) => set(name)(value)));
    }
    if (window.type === "between") {
      const dates = { operands: [{ name: "from", kind: "value", label: "from" }, { name: "to", kind: "value", label: "before" }] };
      parts.push(...operands(dates, "moment", context(`${node.id}:window`, label), window, (name, value) => set(name)(value)));
    }
    return parts;
  }

  function whereLine(node, one, index, kind) {
    const known = kind.properties.find((each) => each.name === one.property);
    const type = known?.type ?? "any";
    const label = known?.label ?? (one.property || "property");
    const pickProperty = (name) => {
      one.property = name;
      const next = kind.properties.find((each) => each.name === name)?.type ?? "any";
      one.is = first(catalogue.types[next] ?? [], next);
      draw(`${one.id}:operator`);
    };
    const keys = { "data-key": `${one.id}:property`, "data-operand": "property", "aria-label": "Where the property" };
    const subject = kind.open
      ? el("input", { class: "input", size: 12, maxlength: 100, placeholder: "property", list: `${one.id}-list`, value: one.property, onchange: (event) => pickProperty(event.target.value.trim()), ...keys })
      : select([["", "Choose…"], ...kind.properties.map((each) => [each.name, each.label])], one.property, pickProperty, keys);
    const suggestions = kind.open ? el("datalist", { id: `${one.id}-list` }, kind.properties.map((each) => el("option", { value: each.name }, each.label))) : null;
    return el("div", { class: "line where", "data-id": one.id }, word(index ? "and" : "where"), subject, suggestions,
      ...(one.property ? test(one, one.id, label, type, known?.choices ?? [], catalogue.types[type] ?? []) : []),
      el("button", { class: "btn small quiet icon-only", type: "button", "aria-label": `Without the filter on ${label}`, onclick: () => { node.where.splice(index, 1); draw(`${node.id}:where`); } }, icon("x")));
  }

  return { shapes, of: (node) => (node.kind === "field" ? fieldLine(node) : node.kind === "segment" ? segmentLine(node) : eventLines(node)) };
}
