//! What an import is asked for with.

use super::file_url::FileUrl;
use super::name::ImageName;

/// An image to be made from a file in object storage (`ImportCustomImage`).
#[derive(Clone, Debug)]
pub struct ImportImage {
    /// The name.
    pub image_name: ImageName,
    /// Where the file is.
    pub ufile_url: FileUrl,
    /// The distribution, such as `CentOS`; `Other` where the console does not list it.
    pub os_type: String,
    /// The version as the console shows it; `Other` where `os_type` is.
    pub os_name: String,
    /// The format of the file.
    pub format: Format,
    /// The description, up to [`super::DESCRIPTION_MAX_LENGTH`] characters.
    pub image_description: String,
}

/// The formats of files that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// The disk as it is.
    Raw,
    /// Of Hyper-V.
    Vhd,
    /// Of VMware.
    Vmdk,
    /// Of QEMU.
    Qcow2,
}

impl Format {
    /// The format as the remote writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Raw => "RAW",
            Format::Vhd => "VHD",
            Format::Vmdk => "VMDK",
            Format::Qcow2 => "qcow2",
        }
    }
}
