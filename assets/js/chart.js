// Charts: <div data-chart data-labels='[…]' data-series='[{"name", "values", "type", "stack"}]' data-currency="GBP">. ECharts is fetched when one is on the page.
const charts = new Map();
let library;

function load() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.body.dataset.echarts;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

// Canvas takes no CSS variables: resolve the token through an element.
function token(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.fillStyle = getComputedStyle(probe).color;
  canvas.fillRect(0, 0, 1, 1);
  probe.remove();
  const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${alpha / 255})`;
}

function formats(currency) {
  const style = currency ? { style: "currency", currency } : {};
  const whole = new Intl.NumberFormat("en-GB", { ...style, maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat("en-GB", { ...style, notation: "compact", maximumFractionDigits: 1 });
  return { full: (value) => whole.format(value), short: (value) => short.format(value) };
}

// The tooltip is an element with classes: a string with styles would be refused by the content security policy.
function tooltip(points, format) {
  const box = document.createElement("div");
  box.className = "chart-tip";
  box.append(points[0].axisValueLabel);
  for (const point of points) {
    const value = document.createElement("b");
    value.textContent = format.full(point.value);
    box.append(value);
    if (points.length > 1) box.append(point.seriesName);
  }
  return box;
}

function fade(color) {
  return { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color }, { offset: 1, color: color.replace(/[\d.]+\)$/, "0)") }] };
}

function series(item, colors) {
  const bar = item.type === "bar";
  return {
    name: item.name, type: item.type ?? "line", stack: item.stack, data: item.values, showSymbol: false, smooth: item.step ? 0 : 0.15, step: item.step ? "end" : false, barMaxWidth: 28,
    lineStyle: { width: 2, color: item.quiet ? colors.line : colors.accent, type: item.quiet ? "dashed" : "solid" },
    itemStyle: { color: item.quiet ? colors.line : colors.accent, borderRadius: bar ? [3, 3, 0, 0] : 0 },
    areaStyle: bar || item.quiet ? undefined : { color: fade(colors.soft) },
    emphasis: { disabled: true },
  };
}

function options(element) {
  const { labels, series: items, currency } = element.dataset;
  const format = formats(currency);
  const colors = { accent: token("--accent"), soft: token("--accent-soft"), line: token("--line-strong"), grid: token("--line"), text: token("--ink-3"), ink: token("--ink"), raised: token("--raised") };
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches, animationDuration: 350,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 4, right: 8, top: 12, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis", transitionDuration: 0, backgroundColor: colors.raised, borderColor: colors.grid, textStyle: { color: colors.ink }, padding: [8, 12],
      axisPointer: { lineStyle: { color: colors.line } }, formatter: (points) => tooltip(points, format),
    },
    xAxis: { type: "category", data: JSON.parse(labels), boundaryGap: JSON.parse(items).some((item) => item.type === "bar"), axisLine: { lineStyle: { color: colors.grid } }, axisTick: { show: false }, axisLabel: { color: colors.text, fontSize: 11, hideOverlap: true, margin: 10 } },
    yAxis: { type: "value", splitNumber: 4, axisLabel: { color: colors.text, fontSize: 11, formatter: format.short }, splitLine: { lineStyle: { color: colors.grid } } },
    series: JSON.parse(items).map((item) => series(item, colors)),
  };
}

async function draw(element) {
  if (charts.has(element)) return;
  charts.set(element, null);
  const echarts = await load();
  element.replaceChildren();
  const chart = echarts.init(element);
  chart.setOption(options(element));
  charts.set(element, chart);
  new ResizeObserver(() => chart.resize()).observe(element);
}

function drawAll() {
  for (const [element, chart] of charts) {
    if (element.isConnected) continue;
    chart?.dispose();
    charts.delete(element);
  }
  document.querySelectorAll("[data-chart]").forEach(draw);
}

function repaint() {
  for (const [element, chart] of charts) chart?.setOption(options(element));
}

document.addEventListener("regulars:theme", repaint);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
document.addEventListener("htmx:after:swap", drawAll);
drawAll();
