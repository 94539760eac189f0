// The scale of an axis, smoothing, and numbers as text.

class Scale {
  // low and high are values, from and to are pixels.
  constructor(low, high, from, to, log = false) {
    Object.assign(this, { low, high, from, to, log });
  }

  place(value) {
    return this.from + (this.to - this.from) * this.fraction(value);
  }

  fraction(value) {
    const f = this.log ? Math.log : Number;
    return (f(value) - f(this.low)) / (f(this.high) - f(this.low) || 1);
  }

  value(place) {
    return this.low + (this.high - this.low) * (place - this.from) / (this.to - this.from);
  }

  ticks(count) {
    return this.log ? logTicks(this.low, this.high, count) : evenTicks(this.low, this.high, count);
  }
}

function evenTicks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.7);
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n++) {
    found.push(Number((n * step).toPrecision(12)));
  }
  return found;
}

function logTicks(low, high, count) {
  const found = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) {
    for (const n of [1, 2, 5]) found.push(n * 10 ** e);
  }
  const inside = found.filter((v) => v >= low * 0.999 && v <= high * 1.001);
  if (inside.length < 2) return evenTicks(low, high, count);
  const tens = inside.filter((v) => Number.isInteger(Math.round(Math.log10(v) * 1e6) / 1e6));
  return inside.length > count && tens.length > 1 ? tens : inside;
}

// The exponential moving average of values, without the bias of its start; null stays null.
function smoothed(values, weight) {
  let [sum, mass] = [0, 0];
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return sum / mass;
  });
}

// A number with four digits.
function written(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  const text = size && (size >= 1e6 || size < 1e-3)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
  return text.replace("-", "−").replace("e+", "e");
}
