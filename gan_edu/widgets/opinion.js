// The second opinion: a button, a sentence with the numbers, and the fresh discriminator's picture of the same points.

function buildOpinion(send) {
  const ask = button("Second opinion", () => send("opinion"), { title: "Train a fresh discriminator against the generator as it is now" });
  const sentence = make("span", { class: "gan-opinion-words", "aria-live": "polite" });
  const picture = make("canvas", { class: "gan-opinion-picture", role: "img", hidden: true });
  const element = make("div", { class: "gan-opinion gan-from-all" }, ask, sentence, picture);
  let told = null, drawn = "";
  const take = (bytes) => {
    told = unpack(bytes);
    drawn = "";
    setText(sentence, told?.header.sentence ?? "");
    ask.setAttribute("aria-busy", String(Boolean(told?.header.busy)));
    picture.hidden = !told?.arrays.fake;
    picture.setAttribute("aria-label", `What the fresh discriminator sees. ${sentence.textContent}`);
  };
  const draw = (still) => {
    const key = `${picture.clientWidth} ${isDark()}`; // drawn once for each opinion, size and theme
    if (picture.hidden || !picture.clientWidth || key === drawn) return;
    drawn = key;
    PICTURES[still.header.kind](picture, still, { header: {}, arrays: told.arrays });
  };
  return { element, take, draw };
}
