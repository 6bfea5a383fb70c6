// Charts on pages that load echarts.js: <div data-chart='{"type":"line","labels":[…],"series":[{"name":"…","data":[…],"tone":"chart-2"}]}'>.
// Colours come from the theme, so a chart follows light and dark.
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options({ type = "line", labels = [], series = [], stack = false, unit = "" }, small = false) {
  const axis = { axisLine: { lineStyle: { color: token("--border") } }, axisTick: { show: false }, axisLabel: { color: token("--muted-foreground"), fontSize: 11 } };
  return {
    aria: { enabled: true },
    animationDuration: 150,
    color: [1, 2, 3, 4, 5].map((n) => token(`--chart-${n}`)),
    textStyle: { fontFamily: "Inter Var" },
    grid: { left: 4, right: 8, top: series.length > 1 ? 28 : 10, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: series.length > 1 ? { top: 0, left: 0, itemWidth: 8, itemHeight: 8, icon: "circle", textStyle: { color: token("--muted-foreground"), fontSize: 11 } } : undefined,
    tooltip: { trigger: "axis", backgroundColor: token("--popover"), borderColor: token("--border"), textStyle: { color: token("--foreground"), fontSize: 12 }, valueFormatter: (v) => `${v?.toLocaleString?.() ?? v}${unit}`, renderMode: "richText" },
    xAxis: { type: "category", data: labels, ...axis },
    yAxis: { type: "value", minInterval: 1, splitNumber: small ? 2 : 5, splitLine: { lineStyle: { color: token("--border") } }, axisLabel: axis.axisLabel },
    series: series.map(({ tone, ...one }) => ({ type, smooth: 0.25, symbol: "none", barMaxWidth: 14, stack: stack ? "all" : undefined, areaStyle: type === "line" ? { opacity: 0.1 } : undefined, lineStyle: { width: 1.75 }, itemStyle: tone ? { color: token(`--${tone}`) } : undefined, ...one })),
  };
}

function draw(node) {
  const chart = window.echarts.getInstanceByDom(node) || window.echarts.init(node, null, { renderer: "svg" });
  chart.setOption(options(JSON.parse(node.dataset.chart), node.clientHeight < 150), true);
}
const drawAll = (root = document) => root.querySelectorAll?.("[data-chart]").forEach(draw);

document.addEventListener("DOMContentLoaded", () => drawAll());
document.addEventListener("htmx:after:swap", () => drawAll());
addEventListener("pentad:theme", () => drawAll());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll());
addEventListener("resize", () => document.querySelectorAll("[data-chart]").forEach((node) => window.echarts.getInstanceByDom(node)?.resize()));
