// How the parts of a mail can look: what GrapesJS offers beside the canvas, in groups. Each part shows what it can have of it.
const sides = (what, name) => ["top", "right", "bottom", "left"].map((side) => ({ property: `${what}-${side}`, name: `${name} ${side}`, type: "number", units: ["px"], min: 0, default: "0px" }));
const choice = (property, name, options, initial = "") => ({ property, name, type: "select", default: initial, options: options.map(([id, label]) => ({ id, label })) });
const FONTS = [["Arial, Helvetica, sans-serif", "Arial"], ["Georgia, serif", "Georgia"], ["Verdana, Geneva, sans-serif", "Verdana"], ["'Trebuchet MS', sans-serif", "Trebuchet"], ["'Times New Roman', Times, serif", "Times"], ["'Courier New', Courier, monospace", "Courier"]];
const ALIGN = [["left", "Left"], ["center", "Centre"], ["right", "Right"]];

export const sectors = [
  {
    name: "Text", open: true,
    properties: [
      choice("font-family", "Font", FONTS),
      { property: "font-size", name: "Size", type: "number", units: ["px"], min: 8 },
      choice("font-weight", "Weight", [["400", "Regular"], ["600", "Semibold"], ["700", "Bold"]], "400"),
      { property: "line-height", name: "Line height", type: "number", units: ["px", "%"], min: 0 },
      { property: "color", name: "Colour", type: "color" },
      choice("align", "Aligned", ALIGN, "left"),
      choice("text-align", "Contents aligned", ALIGN, "center"),
    ],
  },
  {
    name: "Surface", open: true,
    properties: [
      { property: "background-color", name: "Background", type: "color" },
      { property: "container-background-color", name: "Behind it", type: "color" },
      { property: "border-radius", name: "Corners", type: "number", units: ["px", "%"], min: 0 },
      { property: "border-width", name: "Line width", type: "number", units: ["px"], min: 0 },
      choice("border-style", "Line", [["solid", "Solid"], ["dashed", "Dashed"], ["dotted", "Dotted"]], "solid"),
      { property: "border-color", name: "Line colour", type: "color" },
    ],
  },
  {
    name: "Room", open: false,
    properties: [
      { property: "width", name: "Width", type: "number", units: ["px", "%"], min: 0 },
      { property: "height", name: "Height", type: "number", units: ["px"], min: 0 },
      choice("vertical-align", "In the row", [["top", "Top"], ["middle", "Middle"], ["bottom", "Bottom"]], "top"),
      ...sides("padding", "Inside"),
    ],
  },
];
