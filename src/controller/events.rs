//! Stub until merge.
use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
/// Events.
pub struct Events;
/// Event.
pub struct Event;
impl Event {
    pub fn of_conditions(_: &[Condition], _: &Condition) -> Self {
        Event
    }
}
impl Events {
    pub fn publish(&self, _: ObjectReference, _: Event) {}
}
