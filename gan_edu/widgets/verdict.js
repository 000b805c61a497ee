// The verdict with its evidence: each number beside its threshold and the reason for it.

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
