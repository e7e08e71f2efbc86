//! The figures, beside what they aim at.

/// One figure.
struct Row {
    what: &'static str,
    measured: String,
    aim: &'static str,
}

/// All figures so far.
#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    /// Takes a figure down, and shows it at once.
    pub(crate) fn row(&mut self, what: &'static str, measured: impl Into<String>, aim: &'static str) {
        let row = Row {
            what,
            measured: measured.into(),
            aim,
        };
        println!("  {}: {} (aim: {})", row.what, row.measured, row.aim);
        self.0.push(row);
    }

    /// Shows all figures, as a table in Markdown.
    pub(crate) fn show(&self) {
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZeroUsize::get);
        println!("\n{cores} cores\n\n| | measured | aim |\n|---|---|---|");
        for Row { what, measured, aim } in &self.0 {
            println!("| {what} | {measured} | {aim} |");
        }
    }
}
