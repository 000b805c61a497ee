// The picture: real and generated points over the discriminator's heat map, or a grid of digits.

function drawManifold(pen, grid, place, colour) {
  const [rows, columns] = grid.shape;
  pen.beginPath();
  for (const along of [0, 1]) {
    for (let a = 0; a < (along ? columns : rows); a++) {
      for (let b = 0; b < (along ? rows : columns); b++) {
        const [x, y] = place(grid.data, along ? b * columns + a : a * columns + b);
        if (b) pen.lineTo(x, y);
        else pen.moveTo(x, y);
      }
    }
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 0.7;
  pen.stroke();
}

function drawNoise(pen, noise, size, colours) {
  const box = size * 0.26;
  pen.fillStyle = colours.paper;
  pen.globalAlpha = 0.92;
  pen.fillRect(6, 6, box, box);
  pen.globalAlpha = 1;
  pen.strokeStyle = colours.ink;
  pen.strokeRect(6, 6, box, box);
  const width = noise.shape[1];
  const place = (data, i) => {
    const [x, y] = [data[i * width], width > 1 ? data[i * width + 1] : 0];
    return [6 + box / 2 + (Math.max(-3, Math.min(3, x)) * box) / 6.4, 6 + box / 2 - (Math.max(-3, Math.min(3, y)) * box) / 6.4];
  };
  circles(pen, noise, place, colours.ink, 1.8, { filled: true });
  pen.fillStyle = colours.ink;
  pen.font = "11px sans-serif";
  pen.fillText("noise z", 10, 18 + box);
}

function drawPlane(canvas, still, frame) {
  const [pen, size] = fit(canvas);
  const colours = isDark() ? DARK : LIGHT;
  const { extent } = still.header;
  const pixel = ([x, y]) => [((x + extent) / (2 * extent)) * size, ((extent - y) / (2 * extent)) * size];
  const place = (data, i) => pixel([data[2 * i], data[2 * i + 1]]);
  const { arrays, header } = frame;
  const stage = header.explain?.stage;
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, size, size);
  if (arrays.heat && stage !== "noise" && stage !== "generated") {
    paintHeat(pen, arrays.heat, size, colours);
    if (header.probability !== false) drawHalf(pen, arrays.heat, size, colours);
  }
  if (arrays.manifold) drawManifold(pen, arrays.manifold, place, colours.ink);
  pen.globalAlpha = stage ? 0.4 : 1; // Explain speaks of its batch: the other points stand back
  circles(pen, still.arrays.real, place, colours.real, 2.6, { rim: colours.paper });
  pen.globalAlpha = 1;
  if (!stage) {
    crosses(pen, arrays.fake, place, colours.fake, 2.7, { rim: colours.paper });
    drawStrays(pen, strays(arrays.fake, extent), pixel, colours, 14, size - 50);
    if (arrays.arrows) drawArrows(pen, arrays.fake, arrays.arrows, place, colours);
  } else drawExplained(pen, arrays, stage, place, size, colours);
}

// One step of Explain: its batch, large, and what this part of the step is about.
function drawExplained(pen, arrays, stage, place, size, colours) {
  if (arrays.batch_real) circles(pen, arrays.batch_real, place, colours.real, 3.6, { rim: colours.paper });
  if (arrays.batch) crosses(pen, arrays.batch, place, colours.fake, 3.6, { width: 2, rim: colours.paper });
  if (arrays.batch_arrows) drawArrows(pen, arrays.batch, arrays.batch_arrows, place, colours);
  if (arrays.noise) drawNoise(pen, arrays.noise, size, colours);
  frameOf(pen, stage, size, size, colours);
}

// Which player is being updated: a frame in the colour of what it looks after.
function frameOf(pen, stage, width, height, colours) {
  if (stage !== "update" && stage !== "generator") return;
  pen.strokeStyle = stage === "update" ? colours.ink : colours.fake;
  pen.lineWidth = 3;
  pen.strokeRect(2, 2, width - 4, height - 4);
}

// Numbers on a line as marks at height y (0 = base, up in pixels): `place` for circles, crosses and arrows.
const onLine = (px, y) => (data, i) => [px(data[i]), y];

function bars(pen, heights, top, width, base, colour) {
  pen.fillStyle = colour;
  pen.globalAlpha = 0.55;
  heights.forEach((height, i) => {
    const tall = Math.min(1, height / top) * (base - 14);
    pen.fillRect((i / heights.length) * width, base - tall, width / heights.length - 1, tall);
  });
  pen.globalAlpha = 1;
}

function counted(fake, extent) {
  const found = new Float32Array(60);
  fake.forEach((x) => {
    const bin = Math.floor(((x + extent) / (2 * extent)) * 60);
    if (bin >= 0 && bin < 60) found[bin] += 60 / (fake.length * 2 * extent);
  });
  return found;
}

// The lines D = 1/2 and D = 1, and the axis with its numbers.
function lineFrame(pen, px, width, base, extent, isProbability, colours) {
  pen.font = "11px sans-serif";
  pen.fillStyle = colours.ink;
  pen.strokeStyle = colours.faint;
  pen.lineWidth = 1;
  const levels = isProbability ? [[1, "D = 1"], [0.5, "D = ½"], [0, ""]] : [[1, "highest score"], [0, ""]];
  for (const [score, text] of levels) {
    const y = base - score * (base - 14);
    pen.setLineDash(score ? [1, 4] : []);
    pen.beginPath();
    pen.moveTo(0, y);
    pen.lineTo(width, y);
    pen.stroke();
    pen.fillText(text, width - pen.measureText(text).width - 4, y - 3);
  }
  pen.setLineDash([]);
  pen.textAlign = "center";
  for (let x = -Math.floor(extent); x <= extent; x++) pen.fillText(x, px(x), base + 40);
  pen.textAlign = "left";
}

function lineMarks(pen, still, frame, px, base, colours) {
  const { arrays, header } = frame;
  const stage = header.explain?.stage;
  const [upper, lower] = [base + 9, base + 21];
  pen.globalAlpha = stage ? 0.3 : 0.8;
  circles(pen, still.arrays.real, onLine(px, upper), colours.real, 2.2);
  if (!stage) crosses(pen, arrays.fake, onLine(px, lower), colours.fake, 2.2, { width: 1.2 });
  pen.globalAlpha = 1;
  if (arrays.batch_real) circles(pen, arrays.batch_real, onLine(px, upper), colours.real, 3.4);
  if (arrays.batch) crosses(pen, arrays.batch, onLine(px, lower), colours.fake, 3.4, { width: 1.8 });
  const [from, arrow] = stage ? [arrays.batch, arrays.batch_arrows] : [arrays.fake, arrays.arrows];
  if (!arrow) return;
  const flat = { shape: arrow.shape, data: new Float32Array(2 * arrow.shape[0]) };
  arrow.data.forEach((x, i) => { flat.data[2 * i] = x; });
  drawArrows(pen, from, flat, onLine(px, lower), colours);
}

// One dimension: the real density, the generated numbers as a histogram, the discriminator as a dashed line; below them
// the numbers themselves, with the arrows of the generator's loss.
function drawLine(canvas, still, frame) {
  const [pen, width, height] = fit(canvas);
  const colours = isDark() ? DARK : LIGHT;
  const { extent } = still.header;
  const { arrays, header } = frame;
  const base = height - 46;
  const top = Math.max(...still.arrays.density.data) * 1.6;
  const px = (x) => ((x + extent) / (2 * extent)) * width;
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, width, height);
  bars(pen, arrays.bars?.data ?? counted(arrays.fake.data, extent), top, width, base, colours.fake);
  lineFrame(pen, px, width, base, extent, header.probability !== false, colours);
  const line = (values, scale, colour, dash) => {
    pen.beginPath();
    values.forEach((v, i) => pen.lineTo((i / (values.length - 1)) * width, base - Math.min(1.02, v / scale) * (base - 14)));
    pen.setLineDash(dash);
    strokeRimmed(pen, colour, 2, colours.paper);
    pen.setLineDash([]);
  };
  line(still.arrays.density.data, top, colours.real, []);
  if (header.explain?.stage !== "noise" && header.explain?.stage !== "generated") line(arrays.curve.data, 1, colours.ink, [5, 4]);
  lineMarks(pen, still, frame, px, base, colours);
  if (arrays.noise) drawNoise(pen, arrays.noise, width, colours);
  if (!header.explain) drawStrays(pen, strays(arrays.fake, extent), ([x]) => [px(x), base + 21], colours, 14, 18);
  frameOf(pen, header.explain?.stage, width, height, colours);
}

function drawImages(canvas, still, frame) {
  const digits = frame.arrays.fake;
  const count = digits.shape[0];
  const columns = 8;
  const rows = Math.ceil(count / columns);
  const [pen, width] = fit(canvas, (canvas.clientWidth / columns) * rows);
  const small = drawImages.canvas || (drawImages.canvas = document.createElement("canvas"));
  small.width = columns * 28;
  small.height = rows * 28;
  const context = small.getContext("2d");
  const image = context.createImageData(small.width, small.height);
  for (let n = 0; n < count; n++) {
    for (let p = 0; p < 784; p++) {
      const x = (n % columns) * 28 + (p % 28);
      const y = Math.floor(n / columns) * 28 + Math.floor(p / 28);
      const at = (y * small.width + x) * 4;
      image.data[at] = image.data[at + 1] = image.data[at + 2] = digits.data[n * 784 + p];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(small, 0, 0, width, (width / columns) * rows);
}

const PICTURES = { plane: drawPlane, line: drawLine, images: drawImages };
