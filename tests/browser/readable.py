"""How well the words on a page stand out from what is painted behind them."""

# For each visible element with words: them, and their contrast ratio (WCAG 2), its colours resolved by a canvas. All in
# one call: asked one by one, sixty elements take a quarter of a minute.
CONTRAST = """elements => {
  const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const pixel = colour => {
    paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1); return paint.getImageData(0, 0, 1, 1).data; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const ratio = element => {
    paint.clearRect(0, 0, 1, 1);
    const layers = ['white'];
    for (let e = element; e; e = e.parentElement) layers.splice(1, 0, getComputedStyle(e).backgroundColor);
    layers.forEach(pixel);
    const behind = light(pixel('transparent')), front = light(pixel(getComputedStyle(element).color));
    return (Math.max(front, behind) + .05) / (Math.min(front, behind) + .05); };
  const visible = e => { const box = e.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(e).visibility !== 'hidden' && e.innerText?.trim(); };
  return elements.filter(visible).map(e => [e.innerText.slice(0, 40), ratio(e)]); }"""
ENOUGH = 4.5  # WCAG 2, level AA


def faint(words, at_least):
    """Which visible texts of a locator are hard to read: {text: ratio}; there must be at least so many texts."""
    found = words.evaluate_all(CONTRAST)
    assert len(found) >= at_least, found
    return {text: round(ratio, 2) for text, ratio in found if ratio < ENOUGH}
