//! Whether this process leads, as everybody in the process sees it.

use tokio::sync::watch;
use tokio::time::Instant;

use super::election::Standing;

/// Whether this process leads. Clones tell the same.
#[derive(Clone, Debug)]
pub struct Leadership(watch::Receiver<Standing>);

impl Leadership {
    /// Told by the sender.
    pub(super) fn told() -> (watch::Sender<Standing>, Self) {
        let (sender, receiver) = watch::channel(Standing::Standby);
        (sender, Leadership(receiver))
    }

    /// Of a process that nobody else is expected to run beside.
    pub fn alone() -> Self {
        let (_, receiver) = watch::channel(Standing::Alone);
        Leadership(receiver)
    }

    /// Whether a remote write may leave at this moment.
    pub fn may_write(&self) -> bool {
        match *self.0.borrow() {
            Standing::Standby => false,
            Standing::Leading { valid_until } => Instant::now() < valid_until,
            Standing::Alone => true,
        }
    }

    /// Waits until this process leads.
    pub(in crate::controller) async fn won(&self) {
        self.until(|standing| *standing != Standing::Standby).await;
    }

    /// Waits until another process leads.
    pub(in crate::controller) async fn lost(&self) {
        self.until(|standing| *standing == Standing::Standby).await;
    }

    /// Waits until nobody tells any more: the lease was given up.
    pub(in crate::controller) async fn over(&self) {
        let mut receiver = self.0.clone();
        while receiver.changed().await.is_ok() {}
    }

    async fn until(&self, holds: impl FnMut(&Standing) -> bool) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(holds).await.is_err() {
            // Nobody will tell any more, so it stays as it is.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn a_leader_may_write_until_its_time_is_over() {
        let (tell, leadership) = Leadership::told();
        assert!(!leadership.may_write());
        let valid_until = Instant::now() + Duration::from_secs(10);
        tell.send_replace(Standing::Leading { valid_until });
        leadership.won().await;
        tokio::time::advance(Duration::from_millis(9_999)).await;
        assert!(leadership.may_write());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!leadership.may_write());
        tell.send_replace(Standing::Standby);
        leadership.lost().await;
    }

    #[tokio::test]
    async fn who_is_alone_always_leads() {
        let leadership = Leadership::alone();
        leadership.won().await;
        assert!(leadership.may_write());
        assert!(futures::FutureExt::now_or_never(leadership.lost()).is_none());
    }
}
