//! Traces: each pass and each remote request in it is a span, sent to a collector by OTLP over HTTP.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use url::Url;

/// Where a collector takes traces, below its address (OTLP specification, section OTLP/HTTP).
const TRACES: &str = "v1/traces";

/// The address of a collector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Collector(Url);

impl std::str::FromStr for Collector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = |problem: &str| {
            format!("{problem}; give the address of a collector, such as http://collector:4318")
        };
        let mut url: Url = text
            .parse()
            .map_err(|error: url::ParseError| address(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(address("traces are sent by http or https"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(address("it has a query or a fragment"));
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        url.join(TRACES)
            .map(Collector)
            .map_err(|error| address(&error.to_string()))
    }
}

/// Sends spans until it is dropped; the last ones are sent then, for as long as five seconds.
#[derive(Debug)]
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins to send to a collector. Must be called, and dropped, outside of a runtime: the spans leave from a thread
    /// of their own.
    pub(super) fn to(collector: &Collector) -> Result<Self, ExporterBuildError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(collector.0.as_str())
            .build()?;
        let resource = Resource::builder()
            .with_service_name("image-operator")
            .with_attribute(opentelemetry::KeyValue::new(
                "service.version",
                env!("CARGO_PKG_VERSION"),
            ))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource)
            .build();
        Ok(Traces(provider))
    }

    pub(super) fn tracer(&self) -> SdkTracer {
        self.0.tracer("image-operator")
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "some traces were not sent before the end");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_traces_is_added_to_the_address_of_the_collector() {
        for (address, expected) in [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("https://gateway/otlp", "https://gateway/otlp/v1/traces"),
            ("https://gateway/otlp/", "https://gateway/otlp/v1/traces"),
        ] {
            assert_eq!(address.parse::<Collector>().unwrap().0.as_str(), expected);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example() {
        for address in ["collector:4318", "", "ftp://collector", "http://c/?x=1"] {
            let error = address.parse::<Collector>().unwrap_err();
            assert!(error.contains("http://collector:4318"), "{address}: {error}");
        }
    }
}
