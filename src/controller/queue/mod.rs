//! What is worked on next, and the workers that do it.
//!
//! | file | idea |
//! |---|---|
//! | `queue` | every object that wants a pass, and when: pure, told the time |
//! | `line` | the objects that may be worked on now: by urgency, and by age now and then |
//! | `backoff` | how long to stay away after failures |
//! | `handle` | the queue as everybody in the process holds it |
//! | `driver` | the workers |

mod backoff;
mod driver;
mod handle;
mod line;
#[expect(
    clippy::module_inception,
    reason = "the file is named for its type, as all files are"
)]
mod queue;
#[cfg(test)]
mod queue_tests;

pub use driver::{Drained, Driver, Pass};
pub use handle::QueueHandle;
pub use queue::{Depth, Queue, Urgency, Verdict, Work};
