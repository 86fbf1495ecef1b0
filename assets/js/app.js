// Everything the console does beyond plain HTML. Each module listens on the document, so that what htmx swaps in works at once.
import "./theme.js";
import "./disclose.js";
import "./palette.js";
import "./grid.js";
import "./toast.js";
import "./chart.js";
import "./country.js";
import "./upload.js";
import "./pulse.js";
import "./print.js";
