// All charts of a page; they share one range of epochs, and one epoch whose sheet is shown.

class Board {
  constructor(data, figures) {
    Object.assign(this, { hidden: new Set(), smoothing: 0, range: null, epoch: null, chosen: null, active: null });
    this.listeners = [];
    this.charts = [];
    figures.forEach((figure, i) => this.charts.push(new Chart(figure, data[i], this)));
    this.charts.forEach((chart) => new Pointer(chart, this));
    const all = data.flatMap((chart) => chart.series.flatMap((series) => series.x));
    this.whole = all.length ? [Math.min(...all), Math.max(...all)] : [0, 1];
    if (this.whole[0] === this.whole[1]) this.whole = [this.whole[0] - 1, this.whole[1] + 1];
  }

  span() {
    return this.range ?? this.whole;
  }

  zoom(range) {
    if (range) {
      const low = Math.max(this.whole[0], range[0]);
      const high = Math.min(this.whole[1], range[1]);
      range = low <= this.whole[0] && high >= this.whole[1] ? null : [low, high];
      if (range && high - low < (this.whole[1] - this.whole[0]) / 5000) return;
    }
    this.range = range;
    this.charts.forEach((chart) => chart.draw());
  }

  smooth(weight) {
    this.smoothing = weight;
    this.charts.forEach((chart) => chart.draw());
  }

  toggle(label) {
    if (!this.hidden.delete(label)) this.hidden.add(label);
    this.charts.forEach((chart) => chart.draw());
  }

  at(epoch, active) {
    if (epoch === this.epoch && active === this.active) return;
    Object.assign(this, { epoch, active });
    this.charts.forEach((chart) => chart.point());
  }

  choose(epoch, tell = true) {
    this.chosen = epoch;
    this.charts.forEach((chart) => chart.now && chart.point());
    if (tell) this.listeners.forEach((listener) => listener(epoch));
  }
}
