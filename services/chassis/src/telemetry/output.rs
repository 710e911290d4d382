//! Standard output behind a buffer: whoever logs only appends; a thread writes.

use std::{
    io::{self, Write},
    sync::{Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// Lines are gathered for this long, so that one write carries many.
const GATHER_FOR: Duration = Duration::from_millis(10);

/// What is kept for a reader that is stuck; lines beyond are dropped and counted.
const MAX_WAITING_BYTES: usize = 1024 * 1024;

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    dropped_lines: u64,
}

/// Where log lines go.
pub(super) struct Output {
    waiting: Mutex<Waiting>,
    has_lines: Condvar,
    /// Held while writing, so that lines keep their order.
    writing: Mutex<()>,
}

impl Output {
    /// Starts the thread that writes; it lives as long as the process.
    pub(super) fn start() -> io::Result<&'static Self> {
        let output: &'static Self = Box::leak(Box::new(Self {
            waiting: Mutex::default(),
            has_lines: Condvar::new(),
            writing: Mutex::default(),
        }));
        thread::Builder::new().name("log".into()).stack_size(64 * 1024).spawn(move || {
            loop {
                output.wait_for_lines();
                thread::sleep(GATHER_FOR);
                output.flush();
            }
        })?;
        Ok(output)
    }

    /// Writes all that waits.
    pub(super) fn flush(&self) {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        let mut stdout = io::stdout().lock();
        // Nobody is left to tell when standard output is gone.
        let _ = stdout.write_all(&waiting.bytes);
        if waiting.dropped_lines > 0 {
            let _ =
                writeln!(stdout, "{{\"level\":\"WARN\",\"dropped_log_lines\":{}}}", waiting.dropped_lines);
        }
        let _ = stdout.flush();
    }

    fn wait_for_lines(&self) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_empty = |waiting: &mut Waiting| waiting.bytes.is_empty();
        drop(self.has_lines.wait_while(waiting, is_empty).unwrap_or_else(PoisonError::into_inner));
    }
}

impl Write for &'static Output {
    /// Takes one whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.bytes.len() + line.len() > MAX_WAITING_BYTES {
            waiting.dropped_lines += 1;
            return Ok(line.len());
        }
        if waiting.bytes.is_empty() {
            self.has_lines.notify_one();
        }
        waiting.bytes.extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
