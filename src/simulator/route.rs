//! Which operation a request asks for, and the ids in its path.

use axum::http::Method;
use serde::{Deserialize, Serialize};

/// The operations, by the names that the request log and the faults use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Operation {
    SignIn,
    ListImages,
    GetImage,
    CreateImage,
    /// Not in the public OpenAPI document; its error enums name `DELETE_STREAM_NOT_SUPPORTED`.
    DeleteImage,
    ListVersions,
    GetVersion,
    AddVersion,
    PatchVersion,
    DeleteVersion,
    PublishVersion,
    /// `…/publish`, for a vSphere provider on a View edge.
    PublishVersionSecondary,
    RepublishVersion,
    RepublishVersionV2,
    CloneVersion,
    ShrinkVersion,
    ValidateVersion,
    ListCopies,
    GetCopy,
    ListImageCopies,
    ListMarkerCopies,
    ListMarkers,
    GetMarker,
    DeleteMarker,
    ListImageSources,
    ListCustomVms,
    ListProviderInstances,
    ImportCustomImage,
    CreateCustomImage,
    CopyCustomImage,
    TerminateCustomImage,
    DescribeImage,
    GetProjectList,
    GetRegion,
    /// The path is known, the method is not one of it.
    NotAllowed,
    /// Nothing is served at this path.
    Unknown,
}

impl Operation {
    /// Whether it answers a page of things.
    pub(crate) fn is_list(self) -> bool {
        matches!(
            self,
            Operation::ListImages
                | Operation::ListVersions
                | Operation::ListCopies
                | Operation::ListImageCopies
                | Operation::ListMarkerCopies
                | Operation::ListMarkers
                | Operation::ListImageSources
                | Operation::ListCustomVms
                | Operation::ListProviderInstances
        )
    }

    /// Whether it answers one thing.
    pub(crate) fn is_get(self) -> bool {
        matches!(
            self,
            Operation::GetImage | Operation::GetVersion | Operation::GetCopy | Operation::GetMarker
        )
    }
}

/// Which of the two services of image management was asked; the catalog only reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    ImageManagement,
    Catalog,
}

/// The four sign-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignIn<'p> {
    CspApiToken,
    CspOauthApp,
    ServiceOauth,
    CitrixCloud {
        /// A customer id, or `root`.
        customer: &'p str,
    },
}

/// A request, understood as far as its method and path say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route<'p> {
    pub(crate) operation: Operation,
    pub(crate) service: Service,
    pub(crate) sign_in: Option<SignIn<'p>>,
    pub(crate) ids: PathIds<'p>,
}

/// The ids in the path; empty where the operation has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PathIds<'p> {
    pub(crate) image: &'p str,
    pub(crate) version: &'p str,
    pub(crate) copy: &'p str,
    pub(crate) marker: &'p str,
    pub(crate) provider_label: &'p str,
}

impl<'p> Route<'p> {
    /// Finds the operation.
    pub(crate) fn find(method: &Method, path: &'p str) -> Route<'p> {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        if let Some(sign_in) = sign_in(&segments) {
            let operation = if method == Method::POST {
                Operation::SignIn
            } else {
                Operation::NotAllowed
            };
            return Route {
                sign_in: Some(sign_in),
                ..Route::new(operation, PathIds::default())
            };
        }
        let (service, rest) = match segments.as_slice() {
            ["imagemgmt", "v1", rest @ ..] => (Service::ImageManagement, rest),
            ["ims-catalog", "v1", rest @ ..] => (Service::Catalog, rest),
            [
                "imagemgmt",
                "v2",
                "images",
                image,
                "versions",
                version,
                "republish",
            ] => {
                let operation = posted(method, Operation::RepublishVersionV2);
                return Route::new(
                    operation,
                    PathIds {
                        image,
                        version,
                        ..PathIds::default()
                    },
                );
            }
            ["admin", "v2", "providers", provider_label, "instances"] => {
                let operation = got(method, Operation::ListProviderInstances);
                return Route::new(
                    operation,
                    PathIds {
                        provider_label,
                        ..PathIds::default()
                    },
                );
            }
            _ => return Route::new(Operation::Unknown, PathIds::default()),
        };
        let (operation, ids) = image_management(method, rest);
        let operation = match service {
            Service::Catalog if method != Method::GET => Operation::NotAllowed,
            Service::ImageManagement if operation == Operation::ListMarkerCopies => Operation::Unknown,
            _ => operation,
        };
        Route {
            service,
            ..Route::new(operation, ids)
        }
    }

    fn new(operation: Operation, ids: PathIds<'p>) -> Self {
        Route {
            operation,
            service: Service::ImageManagement,
            sign_in: None,
            ids,
        }
    }
}

fn sign_in<'p>(segments: &[&'p str]) -> Option<SignIn<'p>> {
    match segments {
        ["csp", "gateway", "am", "api", "auth", "api-tokens", "authorize"] => Some(SignIn::CspApiToken),
        ["csp", "gateway", "am", "api", "auth", "authorize"] => Some(SignIn::CspOauthApp),
        ["auth", "v1", "oauth", "token"] => Some(SignIn::ServiceOauth),
        ["cctrustoauth2", customer, "tokens", "clients"] => Some(SignIn::CitrixCloud { customer }),
        _ => None,
    }
}

fn image_management<'p>(method: &Method, path: &[&'p str]) -> (Operation, PathIds<'p>) {
    let none = PathIds::default();
    match path {
        ["images"] if method == Method::POST => (Operation::CreateImage, none),
        ["images"] => (got(method, Operation::ListImages), none),
        ["images", image] => {
            let operation = match *method {
                Method::DELETE => Operation::DeleteImage,
                _ => got(method, Operation::GetImage),
            };
            (operation, PathIds { image, ..none })
        }
        ["images", image, "versions"] if method == Method::POST => {
            (Operation::AddVersion, PathIds { image, ..none })
        }
        ["images", image, "versions"] => (got(method, Operation::ListVersions), PathIds { image, ..none }),
        ["images", image, "versions", version, rest @ ..] => {
            let (operation, copy) = of_version(method, rest);
            (
                operation,
                PathIds {
                    image,
                    version,
                    copy,
                    ..none
                },
            )
        }
        ["images", image, "markers"] => (got(method, Operation::ListMarkers), PathIds { image, ..none }),
        ["images", image, "markers", marker] => {
            let operation = match *method {
                Method::DELETE => Operation::DeleteMarker,
                _ => got(method, Operation::GetMarker),
            };
            (
                operation,
                PathIds {
                    image,
                    marker,
                    ..none
                },
            )
        }
        ["images", image, "markers", marker, "copies"] => (
            got(method, Operation::ListMarkerCopies),
            PathIds {
                image,
                marker,
                ..none
            },
        ),
        ["image-copies"] => (got(method, Operation::ListImageCopies), none),
        ["image-sources"] => (got(method, Operation::ListImageSources), none),
        ["custom-vms"] => (got(method, Operation::ListCustomVms), none),
        _ => (Operation::Unknown, none),
    }
}

fn of_version<'p>(method: &Method, path: &[&'p str]) -> (Operation, &'p str) {
    let operation = match path {
        [] => match *method {
            Method::PATCH => Operation::PatchVersion,
            Method::DELETE => Operation::DeleteVersion,
            Method::POST => Operation::PublishVersion,
            _ => got(method, Operation::GetVersion),
        },
        ["publish"] => posted(method, Operation::PublishVersionSecondary),
        ["republish"] => posted(method, Operation::RepublishVersion),
        ["clone"] => posted(method, Operation::CloneVersion),
        ["shrink"] => posted(method, Operation::ShrinkVersion),
        ["validate"] => posted(method, Operation::ValidateVersion),
        ["copies"] => got(method, Operation::ListCopies),
        ["copies", copy] => return (got(method, Operation::GetCopy), copy),
        _ => Operation::Unknown,
    };
    (operation, "")
}

fn got(method: &Method, operation: Operation) -> Operation {
    if method == Method::GET {
        operation
    } else {
        Operation::NotAllowed
    }
}

fn posted(method: &Method, operation: Operation) -> Operation {
    if method == Method::POST {
        operation
    } else {
        Operation::NotAllowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(method: &Method, path: &str) -> Operation {
        Route::find(method, path).operation
    }

    #[test]
    fn reads_are_served_by_both_services_and_writes_by_one() {
        assert_eq!(
            operation(&Method::GET, "/imagemgmt/v1/images"),
            Operation::ListImages
        );
        assert_eq!(
            operation(&Method::GET, "/ims-catalog/v1/images"),
            Operation::ListImages
        );
        assert_eq!(
            operation(&Method::POST, "/imagemgmt/v1/images"),
            Operation::CreateImage
        );
        assert_eq!(
            operation(&Method::POST, "/ims-catalog/v1/images"),
            Operation::NotAllowed
        );
    }

    #[test]
    fn republish_is_the_one_operation_of_version_2() {
        let v2 = "/imagemgmt/v2/images/i/versions/v/republish";
        assert_eq!(operation(&Method::POST, v2), Operation::RepublishVersionV2);
        assert_eq!(
            operation(&Method::GET, "/imagemgmt/v2/images"),
            Operation::Unknown
        );
    }

    #[test]
    fn ids_are_taken_from_the_path() {
        let path = "/imagemgmt/v1/images/i1/versions/v1/copies/c1";
        let route = Route::find(&Method::GET, path);
        assert_eq!(route.operation, Operation::GetCopy);
        assert_eq!(
            (route.ids.image, route.ids.version, route.ids.copy),
            ("i1", "v1", "c1")
        );
    }

    #[test]
    fn an_image_has_no_patch() {
        assert_eq!(
            operation(&Method::PATCH, "/imagemgmt/v1/images/i1"),
            Operation::NotAllowed
        );
        assert_eq!(
            operation(&Method::DELETE, "/imagemgmt/v1/images/i1"),
            Operation::DeleteImage
        );
    }
}
