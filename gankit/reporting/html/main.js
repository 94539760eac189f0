// Charts, sheets of samples with a slider, copy buttons.

const board = new Board(
  JSON.parse(document.getElementById("charts").textContent),
  document.querySelectorAll("figure.chart"),
);

for (const film of document.querySelectorAll(".film")) {
  const frames = [...film.querySelectorAll("figure")];
  const epochs = frames.map((frame) => Number(frame.dataset.epoch));
  const slider = film.querySelector("input");
  const button = film.querySelector("button");
  let playing = null;

  const show = (i) => {
    frames.forEach((frame, j) => { frame.hidden = i !== j; });
    slider.value = i;
    slider.setAttribute("aria-valuetext", `epoch ${epochs[i]}`);
    film.querySelector("output").textContent = `epoch ${epochs[i]}`;
    board.choose(epochs[i], false);
  };
  const stop = () => {
    clearInterval(playing);
    playing = null;
    button.textContent = "play";
  };
  const play = () => {
    if (Number(slider.value) === frames.length - 1) show(0);
    const pause = Math.max(80, Math.min(700, 8000 / frames.length));
    playing = setInterval(() => {
      show(Number(slider.value) + 1);
      if (Number(slider.value) === frames.length - 1) stop();
    }, pause);
    button.textContent = "stop";
  };

  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  button.addEventListener("click", () => (playing === null ? play() : stop()));
  board.listeners.push((epoch) => {
    const off = (i) => Math.abs(epochs[i] - epoch);
    stop();
    show(epochs.reduce((best, _, i) => (off(i) < off(best) ? i : best), 0));
  });
  show(frames.length - 1);
}

// Pointing at a sample marks those of the same noise in all sheets.
const sheets = [...document.querySelectorAll(".aligned .tiles")];
for (const sheet of sheets) {
  const [columns, rows] = [Number(sheet.dataset.columns), Number(sheet.dataset.rows)];
  sheet.addEventListener("pointermove", (event) => {
    const edges = sheet.getBoundingClientRect();
    const column = Math.floor((event.clientX - edges.left) / edges.width * columns);
    const row = Math.floor((event.clientY - edges.top) / edges.height * rows);
    for (const other of sheets) {
      if (other.dataset.noise !== sheet.dataset.noise) continue;
      const frame = other.querySelector(".frame");
      frame.hidden = false;
      Object.assign(frame.style, {
        left: `${100 * column / columns}%`, top: `${100 * row / rows}%`,
        width: `${100 / columns}%`, height: `${100 / rows}%`,
      });
    }
  });
  sheet.addEventListener("pointerleave", () =>
    sheets.forEach((other) => { other.querySelector(".frame").hidden = true; }));
}

for (const slider of document.querySelectorAll("input.smoothing")) {
  slider.addEventListener("input", () => board.smooth(Number(slider.value)));
}

for (const block of document.querySelectorAll("pre.copied")) {
  const button = make("button", { type: "button", class: "copy" }, block.parentElement, "copy");
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(block);
    try {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = "copied";
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    } catch {
      button.textContent = "selected";
    }
  });
}
