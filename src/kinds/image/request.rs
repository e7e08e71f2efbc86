//! What the requests that make an image or a version have in common.

use secrecy::SecretString;

use crate::api::image::{AssetDetails, AssetOptions, GpuType, VersionType};
use crate::remote::imagemgmt::model::{self, AssetDetailsRequest, VmInfo, VmOptions};

/// Where the source is; the administrator is named only together with the password.
pub(in crate::kinds) fn asset_details(
    asset: &AssetDetails,
    password: Option<SecretString>,
) -> AssetDetailsRequest {
    AssetDetailsRequest {
        asset_type: asset.asset_type.clone(),
        data: asset.data.clone(),
        options: asset.options.map(vm_options),
        vm_info: asset
            .vm_info
            .as_ref()
            .zip(password)
            .map(|(info, password)| VmInfo {
                username: info.username.clone(),
                password,
            }),
    }
}

/// How a VM can be reached.
pub(in crate::kinds) fn vm_options(options: AssetOptions) -> VmOptions {
    VmOptions {
        create_public_ip: options.create_public_ip,
        open_ssh_port: options.open_ssh_port,
    }
}

/// Which number counts up.
pub(in crate::kinds) fn version_type(version_type: VersionType) -> model::VersionType {
    match version_type {
        VersionType::Major => model::VersionType::Major,
        VersionType::Minor => model::VersionType::Minor,
        VersionType::Patch => model::VersionType::Patch,
    }
}

/// The sort of graphics card.
pub(in crate::kinds) fn gpu_type(gpu_type: GpuType) -> model::GpuType {
    match gpu_type {
        GpuType::None => model::GpuType::None,
        GpuType::Amd => model::GpuType::Amd,
        GpuType::Nvidia => model::GpuType::Nvidia,
    }
}
