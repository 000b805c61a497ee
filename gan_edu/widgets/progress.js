function meter({ name, done, total, text }) {
  const part = total ? (100 * done) / total : 0;
  const fill = make("div", { class: "gan-fill" });
  fill.style.width = `${part}%`;
  const bar = total
    ? make("div", { class: "gan-track", role: "progressbar", "aria-label": name, "aria-valuemin": 0, "aria-valuemax": total,
        "aria-valuenow": done, "aria-valuetext": text }, fill)
    : make("div", { class: "gan-track gan-empty" });
  return make("div", { class: `gan-meter${total && done === total ? " gan-full" : ""}` },
    make("span", { class: "gan-meter-name" }, name), make("span", { class: "gan-meter-text" }, text), bar);
}

function render({ model, el }) {
  const meters = make("div", { class: "gan-meters" });
  const update = () => meters.replaceChildren(...model.get("counts").map(meter));
  model.on("change:counts", update);
  update();
  el.append(make("div", { class: "gan-course gan-progress" },
    make("p", { class: "gan-heading" }, model.get("heading")), meters, noticeLine(model)));
}

export default { render: alive(render) };
