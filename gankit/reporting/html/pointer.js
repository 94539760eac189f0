// How a reader uses a chart: point, drag to zoom, double-click to reset, keys.

class Pointer {
  constructor(chart, board) {
    Object.assign(this, { chart, board, begin: null, box: null });
    const on = (event, act) => chart.svg.addEventListener(event, act.bind(this));
    on("pointerdown", this.down);
    on("pointermove", this.move);
    on("pointerup", this.up);
    on("pointercancel", this.drop);
    on("pointerleave", () => this.begin === null && board.at(null, null));
    on("dblclick", () => board.zoom(null));
    on("mousedown", (event) => {  // keys work after a click, without a ring around the chart
      event.preventDefault();
      chart.svg.focus({ preventScroll: true, focusVisible: false });
    });
    on("keydown", this.key);
    on("blur", () => board.at(null, null));
  }

  // The pointer on the x axis, clamped to it.
  place(event) {
    const left = event.clientX - this.chart.svg.getBoundingClientRect().left;
    return Math.max(this.chart.x.from, Math.min(this.chart.x.to, left));
  }

  epochs() {
    const [low, high] = this.board.span();
    const all = new Set(this.chart.shown().flatMap((series) => series.x));
    return [...all].filter((x) => x >= low && x <= high).sort((a, b) => a - b);
  }

  nearest(value) {
    const off = (x) => Math.abs(x - value);
    return this.epochs().reduce((a, b) => (a === null || off(b) < off(a) ? b : a), null);
  }

  down(event) {
    if (event.button) return;
    this.begin = this.place(event);
    this.chart.svg.setPointerCapture(event.pointerId);
  }

  move(event) {
    const here = this.place(event);
    this.board.at(this.nearest(this.chart.x.value(here)), this.chart);
    if (this.begin === null || Math.abs(here - this.begin) < 6) return;
    this.box ??= draw("rect", { class: "box", y: 8, height: HEIGHT - 32 }, this.chart.svg);
    this.box.setAttribute("x", Math.min(here, this.begin));
    this.box.setAttribute("width", Math.abs(here - this.begin));
  }

  up(event) {
    if (this.begin === null) return;
    const places = [this.begin, this.place(event)].sort((a, b) => a - b);
    const dragged = this.box !== null;
    this.drop();
    if (dragged) {
      this.board.zoom(places.map((place) => this.chart.x.value(place)));
      this.board.at(null, null);
    } else this.board.choose(this.nearest(this.chart.x.value(places[0])));
  }

  drop() {
    this.box?.remove();
    Object.assign(this, { begin: null, box: null });
  }

  key(event) {
    const epochs = this.epochs();
    const here = epochs.indexOf(this.board.epoch);
    const go = (i) => this.board.at(epochs[Math.max(0, Math.min(epochs.length - 1, i))], this.chart);
    const acts = {
      ArrowLeft: () => go(here < 0 ? epochs.length - 1 : here - 1),
      ArrowRight: () => go(here + 1),
      Home: () => go(0),
      End: () => go(epochs.length - 1),
      "+": () => this.magnify(0.5),
      "=": () => this.magnify(0.5),
      "-": () => this.magnify(2),
      Escape: () => this.board.zoom(null),
      Enter: () => here >= 0 && this.board.choose(epochs[here]),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !epochs.length || !acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  magnify(by) {
    const [low, high] = this.board.span();
    const middle = this.board.epoch ?? (low + high) / 2;
    this.board.zoom([middle - (middle - low) * by, middle + (high - middle) * by]);
  }
}
