//! `CloudConnection`: says where a connection stands.
