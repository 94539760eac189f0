// A chart: curves over epochs, redrawn after each change.

const SVG = document.querySelector("svg").namespaceURI;
const DASHES = ["", "7 4", "2 4", "9 3 2 3", "4 2"];
const COLOURS = 8;
const HEIGHT = 240;

function draw(name, attributes, parent, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}

function make(name, attributes, parent, text) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}

const look = (series) => ({
  class: `line c${series.colour % COLOURS}`,
  "stroke-dasharray": DASHES[series.dash % DASHES.length],
});

class Chart {
  constructor(figure, data, board) {
    Object.assign(this, { figure, data, board, log: false });
    this.bar = make("div", { class: "legend" }, figure);
    this.plot = make("div", { class: "plot" }, figure);
    const told = { role: "img", "aria-label": this.summary() };
    this.svg = draw("svg", { tabindex: 0, height: HEIGHT, ...told }, this.plot);
    this.tip = make("div", { class: "tip", "aria-live": "polite", hidden: "" }, this.plot);
    this.legend();
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  summary() {
    const lasts = this.data.series.map((s) => `${s.label} ${written(s.y.at(-1))}`);
    return `${this.data.title} over epochs, at the end: ${lasts.join(", ")}. `
      + "Left and right move, plus and minus zoom, Escape resets.";
  }

  legend() {
    this.keys = this.data.series.map((series) => {
      const key = make("button", { type: "button", "aria-pressed": "true" }, this.bar);
      const swatch = draw("svg", { viewBox: "0 0 26 8", "aria-hidden": "true" }, key);
      draw("path", { d: "M1 4H25", ...look(series) }, swatch);
      make("span", {}, key, series.label);
      key.addEventListener("click", () => this.board.toggle(series.label));
      return key;
    });
    if (this.values().every((y) => y > 0)) this.logButton();
    this.reset = make("button", { type: "button", class: "quiet", hidden: "" }, this.bar, "show all");
    this.reset.addEventListener("click", () => this.board.zoom(null));
  }

  logButton() {
    const button = make("button", { type: "button", class: "quiet", "aria-pressed": "false",
      title: "logarithmic" }, this.bar, "log");
    button.addEventListener("click", () => {
      this.log = !this.log;
      button.setAttribute("aria-pressed", this.log);
      this.draw();
    });
  }

  shown() {
    return this.data.series.filter((series) => !this.board.hidden.has(series.label));
  }

  // The values of the visible curves between two epochs.
  values(low = -Infinity, high = Infinity) {
    return this.shown().flatMap((s) =>
      s.y.filter((y, i) => y !== null && s.x[i] >= low && s.x[i] <= high));
  }

  scales(width) {
    const [low, high] = this.board.span();
    let values = this.values(low, high);
    if (!values.length) values = this.values();
    if (!values.length) values = [0, 1];
    let [least, most] = [Math.min(...values), Math.max(...values)];
    if (least === most) [least, most] = this.log ? [least / 2, most * 2] : [least - 0.5, most + 0.5];
    const gap = this.log ? (most / least) ** 0.06 : (most - least) * 0.06;
    const edges = this.log ? [least / gap, most * gap] : [least - gap, most + gap];
    this.y = new Scale(...edges, HEIGHT - 24, 8, this.log);
    const widest = Math.max(...this.y.ticks(5).map((v) => written(v).length));
    const left = Math.max(28, 14 + 7 * widest);  // half of "epoch 1" is left of the first epoch
    this.x = new Scale(low, high, left, width - 14);
  }

  draw() {
    const width = Math.round(this.plot.clientWidth);
    if (!width) return;
    this.svg.replaceChildren();
    this.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.scales(width);
    this.axes(width);
    const clip = draw("clipPath", { id: `clip-${this.board.charts.indexOf(this)}` }, this.svg);
    draw("rect", { x: this.x.from - 5, y: 0, width: width - this.x.from, height: HEIGHT - 18 }, clip);
    const inside = draw("g", { "clip-path": `url(#${clip.id})` }, this.svg);
    this.now = draw("line", { class: "now", y1: 8, y2: HEIGHT - 24 }, inside);
    this.labels = [];
    for (const series of this.shown()) this.curve(series, inside);
    this.over = draw("g", {}, this.svg);
    this.reset.hidden = !this.board.range;
    this.keys.forEach((key, i) =>
      key.setAttribute("aria-pressed", !this.board.hidden.has(this.data.series[i].label)));
    this.point();
  }

  axes(width) {
    const grid = draw("g", { class: "axes" }, this.svg);
    for (const value of this.y.ticks(5)) {
      const y = this.y.place(value);
      draw("line", { x1: this.x.from, x2: this.x.to, y1: y, y2: y }, grid);
      draw("text", { x: this.x.from - 6, y: y + 4, "text-anchor": "end" }, grid, written(value));
    }
    const epochs = Math.max(2, this.x.high - this.x.low);  // no halves, unless between two
    this.x.ticks(Math.min(10, width / 60, epochs)).forEach((value, i) => {
      const attributes = { x: this.x.place(value), y: HEIGHT - 6, "text-anchor": "middle" };
      draw("text", attributes, grid, i ? written(value) : `epoch ${written(value)}`);
    });
  }

  curve(series, parent) {
    const weight = this.board.smoothing;
    const line = look(series);
    if (weight) {
      draw("path", { d: this.path(series.x, series.y), class: `${line.class} faint` }, parent);
    }
    draw("path", { d: this.path(series.x, smoothed(series.y, weight)), ...line }, parent);
    const few = this.values(...this.board.span()).length <= 30 * this.shown().length;
    series.x.forEach((x, i) => {
      const alone = series.y[i - 1] == null && series.y[i + 1] == null;
      if (series.y[i] !== null && (few || alone)) this.dot(series, x, series.y[i], parent, 2.2);
    });
    this.marks(series, parent);
  }

  path(xs, ys) {
    let path = "";
    xs.forEach((x, i) => {
      if (ys[i] === null) return;
      const pen = i && ys[i - 1] !== null ? "L" : "M";
      path += `${pen}${this.x.place(x).toFixed(1)} ${this.y.place(ys[i]).toFixed(1)}`;
    });
    return path;
  }

  // Labelled points; equal points share a label.
  marks(series, parent) {
    const points = new Map(series.marks.map((mark) => [mark.x, mark]));
    for (const { x, y } of points.values()) {
      const place = { left: this.x.place(x), top: this.y.place(y) };
      this.dot(series, x, y, parent, 4.5, "mark");
      this.label(place, this.names(series, x), series.colour % COLOURS, parent);
    }
  }

  names(series, x) {
    return series.marks.filter((mark) => mark.x === x).map((mark) => mark.text).join(", ");
  }

  // A label above or below its point; none if both are taken.
  label({ left, top }, text, colour, parent) {
    const free = [top - 9, top + 18].find((y) => y > 12 && y < HEIGHT - 26
      && !this.labels.some((other) => Math.hypot(other.left - left, 3 * (other.y - y)) < 42));
    if (free === undefined) return;
    this.labels.push({ left, y: free });
    const anchor = left > this.x.to - 30 ? "end" : left < this.x.from + 30 ? "start" : "middle";
    const look = { class: `name c${colour}`, "text-anchor": anchor };
    draw("text", { x: left, y: free, ...look }, parent, text);
  }

  dot(series, x, y, parent, radius, more = "") {
    const attributes = { cx: this.x.place(x), cy: this.y.place(y), r: radius };
    draw("circle", { ...attributes, class: `dot c${series.colour % COLOURS} ${more}` }, parent);
  }

  // The pointed epoch: a line in every chart, values in the one below the pointer.
  point() {
    const { epoch, chosen, active } = this.board;
    this.now.setAttribute("visibility", chosen === null ? "hidden" : "visible");
    if (chosen !== null) {
      this.now.setAttribute("x1", this.x.place(chosen));
      this.now.setAttribute("x2", this.x.place(chosen));
    }
    this.over.replaceChildren();
    const [low, high] = this.board.span();
    const inside = epoch !== null && epoch >= low && epoch <= high;
    this.tip.hidden = active !== this || !inside;
    if (!inside) return;
    const x = this.x.place(epoch);
    draw("line", { x1: x, x2: x, y1: 8, y2: HEIGHT - 24, class: "cross" }, this.over);
    const rows = this.shown().flatMap((series) => {
      const i = series.x.indexOf(epoch);
      return i < 0 || series.y[i] === null ? [] : [[series, series.y[i]]];
    });
    for (const [series, y] of rows) this.dot(series, epoch, y, this.over, 4);
    if (!this.tip.hidden) this.tell(epoch, rows, x);
  }

  tell(epoch, rows, x) {
    this.tip.replaceChildren();
    make("strong", {}, this.tip, `epoch ${written(epoch)}`);
    for (const [series, y] of rows) {
      const row = make("div", {}, this.tip);
      draw("path", { d: "M1 4H25", ...look(series) },
        draw("svg", { viewBox: "0 0 26 8", "aria-hidden": "true" }, row));
      make("span", {}, row, series.label);
      make("b", {}, row, `${this.names(series, epoch)} ${written(y)}`);
    }
    const right = x > this.plot.clientWidth / 2;
    this.tip.style.left = right ? "" : `${x + 12}px`;
    this.tip.style.right = right ? `${this.plot.clientWidth - x + 12}px` : "";
  }
}
