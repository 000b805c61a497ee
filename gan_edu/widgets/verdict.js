// Words around a picture: what its marks mean, and the verdict with each number beside its threshold and the reason.

function buildLegend() {
  return make("div", { class: "gan-legend", "aria-hidden": "true" },
    make("span", { class: "gan-real gan-on-plane" }, "○ real"), make("span", { class: "gan-fake gan-on-plane" }, "× generated"),
    make("span", { class: "gan-on-plane gan-heat-words" }),
    make("span", { class: "gan-real gan-on-line" }, "— real density"), make("span", { class: "gan-fake gan-on-line" }, "▮ generated"),
    make("span", { class: "gan-on-line gan-curve-words" }));
}

// A critic's score is no probability: the picture shows it from its lowest value there to its highest.
function nameJudge(legend, headers) {
  const scores = headers.every((header) => header.probability === false);
  const judge = headers[0].judge ?? "discriminator";
  setText(legend.querySelector(".gan-heat-words"), scores ? `background: the ${judge}'s score, blue = highest here, orange = lowest`
    : "background: blue = D says real, orange = D says fake");
  setText(legend.querySelector(".gan-curve-words"), scores ? `dashed: the ${judge}'s score, from its lowest here (bottom) to its highest (top)`
    : "dashed: D, from fake (bottom) to real (top)");
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
    rows.replaceChildren(...header.evidence.map(([name, value, asked, why]) =>
      make("li", {}, `${name}: `, make("b", {}, value), ` (${asked}; ${why})`)));
    advice.textContent = header.advice;
    element.dataset.symptom = header.symptom;
  };
  return { element, update };
}
