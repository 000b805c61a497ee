// The failure map's grid: one button a cell, arrow keys move, Enter or click opens the cell's recipe.

// The colour of a symptom, the paler the fewer seeds show it, with the colour of words that can be read on it.
function shade(symptom, share) {
  const full = [1, 3, 5].map((at) => parseInt(PALETTE.symptoms[symptom].slice(at, at + 2), 16));
  const [r, g, b] = full.map((v) => Math.round(255 + (v - 255) * (0.55 + 0.45 * share)));
  const light = [[r, 0.2126], [g, 0.7152], [b, 0.0722]].reduce((sum, [v, weight]) => sum + weight * (v / 255) ** 2.2, 0);
  return { background: `rgb(${r}, ${g}, ${b})`, color: light < 0.18 ? "#fff" : "#000" };
}

function cellButton(axes, cell, x, y, choose) {
  const share = cell ? Math.round(cell.share * 100) : 0;
  const label = cell
    ? `${axes.words[0]} ${spokenValue(axes.x, x)}, ${axes.words[1]} ${spokenValue(axes.y, y)}: ${axes.names[cell.symptom]}, ${share} % of seeds`
    : `${axes.words[0]} ${spokenValue(axes.x, x)}, ${axes.words[1]} ${spokenValue(axes.y, y)}: not measured`;
  const button = make("button", { type: "button", tabindex: -1, "aria-label": label, title: label, onclick: () => choose(x, y) },
    cell ? cell.letter : "·");
  if (cell) {
    Object.assign(button.style, shade(cell.symptom, cell.share));
    button.dataset.symptom = cell.symptom;
    if (share < 100) button.append(make("small", {}, String(share)));
  }
  return button;
}

function moveWithArrows(table) {
  table.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step) return;
    const rows = [...table.querySelectorAll("tr.gan-cells")].map((row) => [...row.querySelectorAll("button")]);
    const r = rows.findIndex((row) => row.includes(event.target));
    const c = rows[r]?.indexOf(event.target);
    const next = rows[r + step[0]]?.[c + step[1]];
    if (next) {
      event.preventDefault();
      event.target.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }
  });
}

function buildTable(axes, cells, choose) {
  const found = new Map(cells.map((cell) => [`${cell.x}/${cell.y}`, cell]));
  const table = make("table", { role: "grid", "aria-label": "Failure map" });
  for (const y of [...axes.ys].reverse()) {
    const row = make("tr", { class: "gan-cells", role: "row" }, make("th", { scope: "row" }, spokenValue(axes.y, y)));
    for (const x of axes.xs) row.append(make("td", { role: "gridcell" }, cellButton(axes, found.get(`${x}/${y}`), x, y, choose)));
    table.append(row);
  }
  const corner = make("th", { scope: "col" }, make("span", { class: "gan-unseen" }, `${axes.words[1]} (rows), ${axes.words[0]} (columns)`));
  table.append(make("tr", {}, corner, ...axes.xs.map((x) => make("th", { scope: "col" }, spokenValue(axes.x, x)))));
  const first = table.querySelector("button");
  if (first) first.tabIndex = 0;
  moveWithArrows(table);
  return table;
}

function buildLegend(axes, cells) {
  const shown = Object.keys(axes.letters).filter((name) => cells.some((cell) => cell.symptom === name));
  return make("p", { class: "gan-map-legend" }, ...shown.map((name) => {
    const swatch = make("i", {}, axes.letters[name]);
    Object.assign(swatch.style, shade(name, 1));
    return make("span", {}, swatch, axes.names[name]);
  }));
}

function render({ model, el }) {
  const axes = model.get("axes");
  const choose = (x, y) => model.send({ do: "choose", x, y });
  const again = make("button", { type: "button", onclick: () => model.send({ do: "recompute" }) }, "Recompute");
  const stop = make("button", { type: "button", onclick: () => model.send({ do: "stop" }) }, "Stop");
  const change = make("button", { type: "button", onclick: () => model.send({ do: "change" }) });
  const title = make("strong", { class: "gan-map-title" });
  const bar = make("progress", { max: 1, "aria-label": "Map measured" });
  const status = make("span", { role: "status" });
  const [holder, legend] = [make("div", { class: "gan-map-scroll" }), make("div", {})];
  const root = make("section", { class: "gan-map", "aria-label": "Failure map" }, title,
    make("div", { class: "gan-map-y" }, axes.words[1]), holder, make("div", { class: "gan-map-x" }, axes.words[0]), legend,
    make("div", { class: "gan-map-row" }, again, change, stop, bar, status));
  el.append(root);
  const draw = () => {
    const held = [...holder.querySelectorAll("button")].indexOf(document.activeElement);
    holder.replaceChildren(buildTable(axes, model.get("cells"), choose));
    legend.replaceChildren(buildLegend(axes, model.get("cells")));
    if (held >= 0) holder.querySelectorAll("button")[held].focus();
  };
  const words = () => {
    setText(status, model.get("status"));
    setText(title, model.get("title"));
    setText(change, `Show ${model.get("other")}`);
    change.hidden = !model.get("other");
    again.disabled = model.get("busy");
    stop.hidden = bar.hidden = !model.get("busy");
    bar.value = model.get("share_done");
  };
  const events = [["change:cells", draw], ["change:status", words], ["change:busy", words], ["change:share_done", words],
    ["change:title", words], ["change:other", words]];
  events.forEach(([name, action]) => model.on(name, action));
  draw();
  words();
  return () => events.forEach(([name, action]) => model.off(name, action));
}

export default { render: alive(render) };
