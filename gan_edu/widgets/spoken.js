// A setting's value in words, by the rules of gan_edu/spoken.py; tests/browser/test_spoken_browser.py holds them together.

function rateWords(rate) {
  if (!rate) return "0";
  const [mantissa, exponent] = rate.toExponential(6).split("e");
  return `${+mantissa}e${+exponent}`;
}

// short: as beside the slider and everywhere else; long: as the slider says it aloud.
function strengthWords(strength, short) {
  const plain = (number) => String(+number.toPrecision(6));
  if (short) return strength >= 1 || !strength ? plain(strength) : `1/${plain(1 / strength)}`;
  if (strength >= 1) return `${plain(strength)} update${strength === 1 ? "" : "s"} for each generator update`;
  return `1 update every ${plain(1 / strength)} generator updates`;
}

function spokenValue(name, value) {
  if (name === "d_strength") return strengthWords(value, true);
  return ["lr_g", "lr_d"].includes(name) ? rateWords(value) : String(+value.toPrecision(6)).replace("e+", "e");
}
