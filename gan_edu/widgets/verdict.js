// Words around a picture: what its marks mean, and the verdict with each number beside its threshold and the reason.

function buildLegend() {
  return make("div", { class: "gan-legend", "aria-hidden": "true" },
    make("span", { class: "gan-real gan-on-plane" }, "○ real"), make("span", { class: "gan-fake gan-on-plane" }, "× generated"),
    make("span", { class: "gan-on-plane" }, "background: blue = D says real, orange = D says fake"),
    make("span", { class: "gan-real gan-on-line" }, "— real density"), make("span", { class: "gan-fake gan-on-line" }, "▮ generated"),
    make("span", { class: "gan-on-line" }, "dashed: D, from fake (bottom) to real (top)"));
}

function buildEvidence() {
  const title = make("strong", {});
  const rows = make("ul", {});
  const advice = make("p", {});
  const element = make("div", { class: "gan-diagnosis" }, title, rows, advice);
  let shown = "";
  const update = (header) => {
    const key = JSON.stringify([header.symptom, header.evidence, header.advice]);
    if (key === shown) return;
    shown = key;
    title.textContent = `Verdict: ${header.symptom}`;
    rows.replaceChildren(...header.evidence.map(([name, value, threshold, why]) =>
      make("li", {}, `${name}: `, make("b", {}, value), ` (threshold ${threshold}: ${why})`)));
    advice.textContent = header.advice;
    element.dataset.symptom = header.symptom;
  };
  return { element, update };
}
