//! What one turn showed, and what several show together.

use serde::{Deserialize, Serialize};

/// What one turn showed. Floors that are no servers write it as JSON.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// Requests per second.
    pub(crate) rate: f64,
    /// Latency, in milliseconds.
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// CPU time of the server process per request, in microseconds.
    pub(crate) cpu_us: f64,
    /// The share of one core that the server process used, 0 to 1.
    pub(crate) busy: f64,
}

impl Sample {
    /// What `count` requests in `seconds` showed, of which the server computed for `cpu_seconds`.
    /// `latencies_us` are in microseconds.
    pub(crate) fn of(mut latencies_us: Vec<u32>, seconds: f64, cpu_seconds: f64) -> Self {
        latencies_us.sort_unstable();
        let count = latencies_us.len().max(1) as f64;
        Self {
            rate: count / seconds,
            p50_ms: percentile_ms(&latencies_us, 0.50),
            p99_ms: percentile_ms(&latencies_us, 0.99),
            cpu_us: cpu_seconds * 1e6 / count,
            busy: cpu_seconds / seconds,
        }
    }

    /// The median of what the load saw, and the mean of CPU times, which are counted in coarse ticks.
    pub(crate) fn typical(samples: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(samples.iter().map(figure).collect());
        let mean = |figure: fn(&Self) -> f64| samples.iter().map(figure).sum::<f64>() / samples.len() as f64;
        Self {
            rate: of(|sample| sample.rate),
            p50_ms: of(|sample| sample.p50_ms),
            p99_ms: of(|sample| sample.p99_ms),
            cpu_us: mean(|sample| sample.cpu_us),
            busy: mean(|sample| sample.busy),
        }
    }
}

/// A percentile of sorted microseconds, in milliseconds.
pub(crate) fn percentile_ms(sorted_us: &[u32], share: f64) -> f64 {
    let last = sorted_us.len().saturating_sub(1);
    let place = (last as f64 * share).round() as usize;
    sorted_us.get(place).map_or(f64::NAN, |us| f64::from(*us) / 1e3)
}

/// The middle value; of an even number, the upper one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
