//! Which remote objects get a manifest, and what is said of the others.

use super::manifest::{self, Manifest, Place};
use super::names::Names;
use crate::cli::estate::{Estate, Holding, mark_of};
use crate::cli::residents::{Resident, Residents};
use crate::kinds::image_catalog::{self, IMAGE, INITIAL_VERSION};
use crate::kinds::image_version::{self, VERSION};
use crate::lifecycle::{Mark, ObjectPart};
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::Version;

/// What is asked for.
pub(super) struct Wish<'a> {
    /// The namespace that the resources are for.
    pub(super) namespace: &'a str,
    /// The CloudConnection in it.
    pub(super) connection: &'a str,
    /// Names or ids of images; all where there is none.
    pub(super) catalogs: &'a [String],
}

/// What comes of it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Images before their versions.
    pub(super) manifests: Vec<Manifest>,
    /// What is left out, and why.
    pub(super) left_out: Vec<String>,
}

/// Somebody asked for an image that is not there.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the account has no image with the name or id {0:?}")]
pub(super) struct NoSuchImage(String);

/// Writes a manifest for everything that no resource stands for.
pub(super) fn plan(estate: &Estate, residents: &Residents, wish: &Wish<'_>) -> Result<Plan, NoSuchImage> {
    let asked_for = |holding: &&Holding| {
        wish.catalogs.is_empty() || wish.catalogs.iter().any(|catalog| is_called(holding, catalog))
    };
    for catalog in wish.catalogs {
        if !estate.holdings.iter().any(|holding| is_called(holding, catalog)) {
            return Err(NoSuchImage(catalog.clone()));
        }
    }
    let mut planner = Planner {
        residents,
        wish,
        catalog_names: Names::besides(residents.names(image_catalog::KIND, wish.namespace)),
        version_names: Names::besides(residents.names(image_version::KIND, wish.namespace)),
        plan: Plan::default(),
    };
    for holding in estate.holdings.iter().filter(asked_for) {
        planner.image(holding);
    }
    Ok(planner.plan)
}

fn is_called(holding: &Holding, catalog: &str) -> bool {
    let image = &holding.entry.image;
    image.name == catalog || image.id.as_str() == catalog
}

struct Planner<'a> {
    residents: &'a Residents,
    wish: &'a Wish<'a>,
    catalog_names: Names,
    version_names: Names,
    plan: Plan,
}

impl Planner<'_> {
    fn image(&mut self, holding: &Holding) {
        let image = &holding.entry.image;
        if let Some(resident) = self.residents.of(image.id.as_str(), holding.entry.mark) {
            self.leave_out(&holding.called(), &format!("it belongs to {resident}"));
            if resident.kind == image_catalog::KIND && resident.namespace == self.wish.namespace {
                let first = self.first_version_of(resident, holding);
                self.versions(holding, &resident.name, first);
            }
            return;
        }
        if image.status.phase() == Phase::Deleting {
            self.leave_out(&holding.called(), "it is being deleted");
            return;
        }
        let name = self.catalog_names.give(&image.name);
        if let Some(why) = self.foreign(holding.entry.mark, self.part(image_catalog::KIND, &name, IMAGE)) {
            self.leave_out(&holding.called(), why);
            return;
        }
        let place = Place {
            namespace: self.wish.namespace,
            name: &name,
        };
        match manifest::catalog(holding, self.wish.connection, place) {
            Ok(manifest) => self.plan.manifests.push(manifest),
            Err(untold) => return self.leave_out(&holding.called(), &untold.to_string()),
        }
        let initial = self.part(image_catalog::KIND, &name, INITIAL_VERSION);
        let marked = |version: &&Version| mark_of(version).is_some_and(|mark| mark.object == initial);
        let first = holding.versions.iter().find(marked).or(holding.versions.first());
        self.versions(holding, &name, first);
    }

    /// The version that an ImageCatalog stands for itself.
    fn first_version_of<'h>(&self, catalog: &Resident, holding: &'h Holding) -> Option<&'h Version> {
        if self.residents.know_first_version_of(catalog) {
            return None;
        }
        holding.versions.first()
    }

    fn versions(&mut self, holding: &Holding, catalog: &str, first: Option<&Version>) {
        for version in &holding.versions {
            if first.is_none_or(|first| first.id != version.id) {
                self.version(holding, version, catalog);
            }
        }
    }

    fn version(&mut self, holding: &Holding, version: &Version, catalog: &str) {
        let called = format!(
            "version {:?} ({}) of {}",
            version.name,
            version.id,
            holding.called()
        );
        let mark = mark_of(version);
        if let Some(resident) = self.residents.of(version.id.as_str(), mark) {
            return self.leave_out(&called, &format!("it belongs to {resident}"));
        }
        if version.status.phase() == Phase::Deleting {
            return self.leave_out(&called, "it is being deleted");
        }
        let name = self.version_names.give(&format!("{catalog}-{}", version.name));
        if let Some(why) = self.foreign(mark, self.part(image_version::KIND, &name, VERSION)) {
            return self.leave_out(&called, why);
        }
        let place = Place {
            namespace: self.wish.namespace,
            name: &name,
        };
        match manifest::version(version, catalog, place) {
            Ok(manifest) => self.plan.manifests.push(manifest),
            Err(untold) => self.leave_out(&called, &untold.to_string()),
        }
    }

    fn part(&self, kind: &str, name: &str, part: &str) -> ObjectPart {
        ObjectPart::of(kind, self.wish.namespace, name, part)
    }

    /// Why an object that bears this mark cannot become this part: the operator takes nothing that bears a mark of
    /// somebody else.
    fn foreign(&self, mark: Option<Mark>, part: ObjectPart) -> Option<&'static str> {
        let mark = mark?;
        if !self.residents.is_ours(mark) {
            return Some(
                "it bears the mark of another cluster: if that is gone, give its --cluster-id, here and to the operator",
            );
        }
        (mark.object != part).then_some(
            "it bears the mark of a resource of this cluster that is gone and had another name or namespace: create that again",
        )
    }

    fn leave_out(&mut self, called: &str, why: &str) {
        self.plan.left_out.push(format!("{called}: {why}"));
    }
}
