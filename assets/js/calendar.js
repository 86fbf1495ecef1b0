// <table data-calendar>: campaigns move to another day by dragging, by the arrow keys while one has the focus, or by their menu.
import "./sortable.js";

const calendar = () => document.querySelector("[data-calendar]");
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
let held = [];
// Where the campaign that was moved will appear: it has the focus again there.
let focus = "";

function move(entry, day) {
  if (!day || day === entry.dataset.day) return;
  focus = entry.id.replace(entry.dataset.day, day);
  htmx.ajax("POST", entry.dataset.move, { source: calendar(), swap: "none", values: { day, version: entry.dataset.version } });
}

function arm() {
  for (const one of held) one.destroy();
  const table = calendar();
  held = table?.dataset.calendar !== "movable" ? [] : [...table.querySelectorAll("[data-day-list]")].map((list) => Sortable.create(list, {
    group: "days", draggable: "[data-move]", sort: false, animation: 120, delay: 120, delayOnTouchOnly: true, ghostClass: "ghost",
    onEnd: ({ item, to, from }) => { if (to !== from) move(item, to.dataset.dayList); },
  }));
  const entry = focus && document.getElementById(focus);
  if (!entry) return;
  entry.querySelector("a").focus();
  focus = "";
}

function shifted(day, by) {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + by);
  return date.toISOString().slice(0, 10);
}

document.addEventListener("keydown", (event) => {
  const entry = event.target.closest?.("[data-move]");
  if (!entry || !(event.key in STEPS) || !event.altKey) return;
  event.preventDefault();
  move(entry, shifted(entry.dataset.day, STEPS[event.key]));
});

document.addEventListener("htmx:after:swap", arm);
arm();
