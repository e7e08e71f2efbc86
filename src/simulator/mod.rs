//! A faithful fake of the remote APIs, with faults. Written from their public documents; it uses nothing of the crate.
//!
//! | file | what |
//! |---|---|
//! | [`serve`] (`server`) | the way of one request: noted, tampered with, carried out, answered |
//! | `connection` | connections that can be cut |
//! | `route` | which operation a request asks for |
//! | `state` | everything that is remembered, behind one lock |
//! | `signin` | the four sign-ins, the built-in accounts, the access tokens |
//! | `imagemgmt/` | the image management API |
//! | `surfercloud/` | the custom images of SurferCloud |
//! | `page` `search` `query` | lists: paging, sorting, searching |
//! | `reply` `error` | answers, refusals |
//! | `faults` `requests` `control` | what happens to requests, what came, and the control API under `/_simulator/` |
//! | `clock` `ids` `settings` | time, ids, and what can be set |

mod clock;
mod connection;
mod control;
mod error;
mod faults;
mod ids;
mod imagemgmt;
mod page;
mod query;
mod reply;
mod requests;
mod route;
mod search;
mod server;
mod settings;
mod signin;
mod state;
mod surfercloud;

pub use clock::{InvalidSpeed, Speed};
pub use server::serve;
pub use settings::{BadTokenAnswer, EmptyListAnswer, ForceDelete, Settings, WrongOrgAnswer};
pub use surfercloud::{AuthRule, EmptyImageSet, FormatRule, SurferCloudSettings};

/// How a simulator starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// How fast remote work goes.
    pub speed: Speed,
    /// What can be set; a reset goes back to it.
    pub settings: Settings,
    /// Simulators of the same seed give out the same ids in the same order.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            speed: Speed::REAL,
            settings: Settings::default(),
            seed: 0,
        }
    }
}
