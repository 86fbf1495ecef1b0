// What a test compares with: one input for each operand of its operator, typed by the value.
import { el, icon, select } from "./builder_elements.js";

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
  .map((name, index) => [String(index + 1).padStart(2, "0"), name]);
const DAY = /^\d{4}-\d{2}-\d{2}$/;

// "1,250.5" → 125050 with two decimals; null for what is no such amount.
export function toMinor(text, digits) {
  const found = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text.replaceAll(",", "").trim());
  if (!found || (found[3] ?? "").length > digits) return null;
  const whole = Number(found[2] + (found[3] ?? "").padEnd(digits, "0"));
  return Number.isSafeInteger(whole) ? (found[1] ? -whole : whole) : null;
}

export function fromMinor(minor, digits) {
  if (!Number.isInteger(minor)) return "";
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const cents = text.slice(text.length - digits);
  const shown = digits && Number(cents) ? `${text.slice(0, -digits)}.${cents}` : text.slice(0, text.length - digits);
  return (minor < 0 ? "-" : "") + shown;
}

function toNumber(text) {
  const clean = text.replaceAll(",", "").trim();
  return /^-?\d+(\.\d+)?$/.test(clean) ? Number(clean) : null;
}

// How a text becomes a value of a type and back; null is a text that is not (yet) one.
function reading(type, money) {
  if (type === "money") return { parse: (text) => toMinor(text, money.digits), show: (value) => fromMinor(value, money.digits), mode: "decimal", size: 8 };
  if (type === "number") return { parse: toNumber, show: (value) => value ?? "", mode: "decimal", size: 6 };
  return { parse: (text) => text.trim() || null, show: (value) => value ?? "", mode: "text", size: 16 };
}

function typed(type, context, value, put, attributes) {
  const { choices, money } = context;
  if (type === "boolean") return select([["true", "yes"], ["false", "no"]], String(value ?? true), (text) => put(text === "true"), attributes);
  if (type === "choice" && choices.length) return select([["", "Choose…"], ...choices], value ?? "", (text) => put(text || undefined), attributes);
  if ((type === "moment" || type === "day") && (!value || DAY.test(value))) {
    return el("input", { class: "input date", type: "date", min: "1900-01-01", max: "2199-12-31", value: value ?? "", oninput: (event) => put(event.target.value || undefined), ...attributes });
  }
  const { parse, show, mode, size } = reading(type, money);
  const input = el("input", {
    class: "input", type: "text", inputmode: mode, size, value: show(value), maxlength: 200, autocomplete: "off", spellcheck: "false", ...attributes,
    oninput: (event) => {
      const read = parse(event.target.value);
      event.target.toggleAttribute("data-unread", read === null && event.target.value.trim() !== "");
      put(read ?? undefined);
    },
  });
  return type === "money" ? el("span", { class: "affix" }, el("span", { "aria-hidden": "true" }, money.symbol), input) : input;
}

// Several values: what is there as tags, and a box to add more (Enter, comma, or a pasted list).
function tags(type, context, values, put, attributes) {
  const { parse, show } = reading(type, context.money);
  const labels = new Map(context.choices);
  const box = el("span", { class: "tags", role: "group", "aria-label": attributes["aria-label"] });
  const change = (next) => {
    put(next);
    draw(next);
    box.querySelector("input, select")?.focus();
  };
  const add = (text) => {
    const read = text.split(/[,\n;]/).map((one) => parse(one)).filter((one) => one !== null && !values.includes(one));
    if (read.length) change((values = [...values, ...new Set(read)]));
    return read.length > 0;
  };
  const adder = () => {
    const left = context.choices.filter(([value]) => !values.includes(value));
    if (type === "choice" && context.choices.length) return left.length ? select([["", values.length ? "Add…" : "Choose…"], ...left], "", add, attributes) : null;
    return el("input", {
      class: "input", type: "text", size: 10, placeholder: values.length ? "Add…" : "Type, then Enter", autocomplete: "off", spellcheck: "false", ...attributes,
      onkeydown: (event) => {
        if ((event.key === "Enter" || event.key === ",") && event.target.value.trim()) {
          event.preventDefault();
          add(event.target.value);
        } else if (event.key === "Enter") event.preventDefault();
        else if (event.key === "Backspace" && !event.target.value && values.length) change((values = values.slice(0, -1)));
      },
      onpaste: (event) => {
        const text = event.clipboardData.getData("text");
        if (/[,\n;]/.test(text) && add(text)) event.preventDefault();
      },
      onblur: (event) => event.target.value.trim() && event.target.isConnected && add(event.target.value),
    });
  };
  const draw = () => box.replaceChildren(
    ...values.map((value) => el("span", { class: "badge" }, labels.get(value) ?? String(show(value)), el("button", {
      type: "button", "aria-label": `Remove ${labels.get(value) ?? show(value)}`, onclick: () => change((values = values.filter((one) => one !== value))),
    }, icon("x")))),
    ...[adder()].filter(Boolean),
  );
  draw();
  return box;
}

function monthDay(value, put, attributes) {
  let [month, day] = (value ?? "-").split("-");
  const changed = () => put(month && day ? `${month}-${day}` : undefined);
  const days = [["", "Day"], ...Array.from({ length: 31 }, (_, index) => [String(index + 1).padStart(2, "0"), String(index + 1)])];
  return el("span", { class: "row tight nowrap" },
    select(days, day, (text) => { day = text; changed(); }, { ...attributes, "aria-label": `${attributes["aria-label"]}: day` }),
    select([["", "Month"], ...MONTHS], month, (text) => { month = text; changed(); }, { ...attributes, "aria-label": `${attributes["aria-label"]}: month` }));
}

function whole(value, put, attributes, from, to) {
  return el("input", { class: "input", type: "number", min: from, max: to, step: 1, value: value ?? "", oninput: (event) => put(event.target.value === "" ? undefined : Number(event.target.value)), ...attributes });
}

const WORDS = { from: "", to: "and", percent: "", part: "" };

function one(operand, type, context, is, put) {
  const attributes = { "data-operand": operand.name, "data-key": `${context.key}:${operand.name}`, "aria-label": `${context.label}: ${operand.label}` };
  const set = (value) => put(operand.name, value);
  switch (operand.kind) {
    case "period": return select([["", "Choose…"], ...context.periods], is.period, set, attributes);
    case "unit": return select((type === "day" ? ["days"] : ["days", "hours"]).map((name) => [name, name]), is.unit ?? "days", set, attributes);
    case "part": return select([["top", "the top"], ["bottom", "the bottom"]], is.part ?? "top", set, attributes);
    case "whole": return whole(is[operand.name], set, attributes, operand.from ?? 0, operand.to ?? 3650);
    case "monthday": return monthDay(is[operand.name], set, attributes);
    default: {
      const inner = type === "set" ? "text" : type;
      if (operand.list) return tags(context.choices.length ? "choice" : inner, context, is[operand.name] ?? [], set, attributes);
      return typed(context.choices.length && type === "set" ? "choice" : inner, context, is[operand.name], set, attributes);
    }
  }
}

// The inputs of a test, in reading order. `put(name, value)` is told of every change; undefined takes the operand away.
export function operands(shape, type, context, is, put) {
  return (shape?.operands ?? []).flatMap((operand) => {
    const input = one(operand, type, context, is, put);
    const before = WORDS[operand.name];
    const after = operand.after;
    return [before && el("span", { class: "word" }, before), input, after && el("span", { class: "word" }, after)].filter(Boolean);
  });
}

const USUAL = { text: "equals", choice: "one_of", boolean: "equals", number: "at_least", money: "at_least", set: "contains_any", moment: "within_last", day: "anniversary_within", any: "equals" };

// The test that people mean most often when they ask for a value of this type.
export const usual = (operators, type) => (operators.includes(USUAL[type]) ? USUAL[type] : operators[0]);

// What an operator begins with, so that what a person sees is what is meant.
export function defaults(operator, shape, type, before = {}) {
  const is = { operator };
  for (const { name, kind, list, initial } of shape?.operands ?? []) {
    if (list && before.value !== undefined && before.values === undefined) is[name] = [before.value];
    else if (name in before && Array.isArray(before[name]) === Boolean(list)) is[name] = before[name];
    else if (initial !== undefined) is[name] = initial;
    else if (kind === "value" && type === "boolean") is[name] = true;
  }
  return is;
}
