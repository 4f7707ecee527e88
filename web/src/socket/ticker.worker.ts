// Browsers slow the timers of hidden tabs down to one a minute, but not those of workers. A presence lease is shorter than that.
setInterval(() => postMessage(null), 1_000);
