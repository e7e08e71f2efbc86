//! A real API server: etcd, kube-apiserver and, where there is one, kube-controller-manager.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};

use super::audit::AuditLog;
use super::failure::Failure;
use super::kubectl::Kubectl;
use super::namespace::Namespace;
use super::process::{Process, Program};
use super::workplace::{self, Workplace};

/// The namespace that `deploy/base` installs into.
pub const OPERATOR_NAMESPACE: &str = "image-operator-system";
/// The ServiceAccount of `deploy/base`.
pub const OPERATOR_SERVICE_ACCOUNT: &str = "image-operator";

const ADMIN_TOKEN: &str = "admin";
const CERTIFICATES: &str = "certificates";
const READY_DEADLINE: Duration = Duration::from_mins(2);
/// Between finding a free port and listening on it somebody else may take it.
const ATTEMPTS: usize = 3;

/// A running cluster with the CRDs and `deploy/base` applied. Its processes end when it is dropped or when this
/// program ends.
pub struct Cluster {
    // The order of the fields is the order in which things stop: those that use the API server first.
    _controller_manager: Option<Process>,
    _api_server: Process,
    _etcd: Process,
    server: String,
    admin: PathBuf,
    kubectl: Kubectl,
    workplace: Workplace,
    names: AtomicUsize,
}

/// The cluster that all tests of this program share, started by the first that asks. Namespaces keep them apart.
///
/// # Panics
/// When it does not start, with the reason, in every test that asks.
pub fn cluster() -> &'static Cluster {
    static SHARED: LazyLock<Result<Cluster, String>> = LazyLock::new(|| {
        Workplace::for_tests()
            .and_then(Cluster::start)
            .map_err(|failure| failure.to_string())
    });
    match &*SHARED {
        Ok(cluster) => cluster,
        Err(reason) => panic!("no cluster to test on: {reason}"),
    }
}

impl Cluster {
    /// Starts the servers and applies `crds/` and `deploy/base`.
    pub fn start(workplace: Workplace) -> Result<Self, Failure> {
        let cluster = Self::bare(workplace)?;
        let crds = workplace::required("crds")?;
        let base = workplace::required("deploy/base")?;
        let apply = ["apply", "--server-side"];
        cluster
            .kubectl
            .run(&[&apply[..], &["-f", &crds.to_string_lossy()]].concat())?;
        cluster.kubectl.run(&[
            "wait",
            "--for=condition=Established",
            "crd",
            "--all",
            "--timeout=60s",
        ])?;
        cluster
            .kubectl
            .run(&[&apply[..], &["-k", &base.to_string_lossy()]].concat())?;
        Ok(cluster)
    }

    /// Starts the servers and applies nothing.
    pub fn bare(workplace: Workplace) -> Result<Self, Failure> {
        let mut attempt = 1;
        let (etcd, mut api_server, server) = loop {
            match start_servers(&workplace) {
                Err(Failure::Ended { .. }) if attempt < ATTEMPTS => attempt += 1,
                started => break started?,
            }
        };
        let admin = write_kubeconfig(&workplace, "kubeconfig", &server, ADMIN_TOKEN, "default")?;
        let kubectl = Kubectl::new(
            workplace::tool("kubectl")?,
            admin.clone(),
            workplace.path("kubectl-cache"),
        );
        api_server.wait_until_ready(READY_DEADLINE, || {
            kubectl
                .run(&["get", "--raw", "/readyz"])
                .map_err(|failure| failure.to_string())
        })?;
        let controller_manager = start_controller_manager(&workplace, &admin)?;
        Ok(Self {
            _controller_manager: controller_manager,
            _api_server: api_server,
            _etcd: etcd,
            server,
            admin,
            kubectl,
            workplace,
            names: AtomicUsize::new(0),
        })
    }

    /// The folder with logs, certificates and kubeconfigs.
    pub fn folder(&self) -> &Path {
        self.workplace.folder()
    }

    /// The kubeconfig of a person who may do everything.
    pub fn admin_kubeconfig(&self) -> &Path {
        &self.admin
    }

    /// kubectl of a person who may do everything.
    pub fn kubectl(&self) -> &Kubectl {
        &self.kubectl
    }

    /// What the operator's ServiceAccount did.
    pub fn audit(&self) -> AuditLog {
        AuditLog::new(self.workplace.path("audit.log"))
    }

    /// A client of a person who may do everything. It belongs to the runtime of the test that asks, as it stops
    /// working when that ends.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn client(&self) -> kube::Client {
        client(&self.admin)
            .await
            .unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// A new namespace, named for the test that asks.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn namespace(&self) -> Namespace {
        let number = self.names.fetch_add(1, Ordering::Relaxed);
        Namespace::create(self, &format!("{}-{number}", test_name())).await
    }

    /// Writes a kubeconfig with a fresh token of a ServiceAccount, valid for a day.
    pub fn service_account_kubeconfig(&self, namespace: &str, name: &str) -> Result<PathBuf, Failure> {
        let token = self.kubectl.run(&[
            "create",
            "token",
            name,
            "--namespace",
            namespace,
            "--duration=24h",
        ])?;
        let file = format!(
            "kubeconfig-{namespace}-{name}-{}",
            self.names.fetch_add(1, Ordering::Relaxed)
        );
        write_kubeconfig(&self.workplace, &file, &self.server, token.trim(), namespace)
    }

    /// Writes a kubeconfig of the ServiceAccount that `deploy/base` gives the operator, with exactly its rights.
    pub fn operator_kubeconfig(&self) -> Result<PathBuf, Failure> {
        self.service_account_kubeconfig(OPERATOR_NAMESPACE, OPERATOR_SERVICE_ACCOUNT)
    }

    /// A path for a file of a test, in the folder of the cluster.
    pub fn path(&self, name: &str) -> PathBuf {
        self.workplace.path(name)
    }
}

/// A client with the rights of a kubeconfig.
pub async fn client(kubeconfig: &Path) -> Result<kube::Client, Failure> {
    let failed = |message: String| Failure::Client {
        kubeconfig: kubeconfig.to_owned(),
        message,
    };
    let read = Kubeconfig::read_from(kubeconfig).map_err(|error| failed(error.to_string()))?;
    let options = KubeConfigOptions::default();
    let config = kube::Config::from_custom_kubeconfig(read, &options)
        .await
        .map_err(|error| failed(error.to_string()))?;
    kube::Client::try_from(config).map_err(|error| failed(error.to_string()))
}

fn start_servers(workplace: &Workplace) -> Result<(Process, Process, String), Failure> {
    let etcd_port = workplace::free_port()?;
    let mut etcd = start_etcd(workplace, etcd_port)?;
    let port = workplace::free_port()?;
    let mut api_server = start_api_server(workplace, port, etcd_port)?;
    let listens = |port: u16| {
        move || std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(|error| error.to_string())
    };
    etcd.wait_until_ready(READY_DEADLINE, listens(etcd_port))?;
    api_server.wait_until_ready(READY_DEADLINE, listens(port))?;
    Ok((etcd, api_server, format!("https://127.0.0.1:{port}")))
}

fn start_etcd(workplace: &Workplace, port: u16) -> Result<Process, Failure> {
    let clients = format!("http://127.0.0.1:{port}");
    let peers = format!("http://127.0.0.1:{}", workplace::free_port()?);
    let data = workplace.path(&format!("etcd-{port}"));
    Process::start(Program {
        name: "etcd",
        path: &workplace::tool("etcd")?,
        arguments: vec![
            format!("--data-dir={}", data.display()),
            // The data need not outlive the machine.
            "--unsafe-no-fsync".to_owned(),
            format!("--listen-client-urls={clients}"),
            format!("--advertise-client-urls={clients}"),
            format!("--listen-peer-urls={peers}"),
            format!("--initial-advertise-peer-urls={peers}"),
            format!("--initial-cluster=default={peers}"),
        ],
        environment: Vec::new(),
        log: workplace.path("etcd.log"),
    })
}

fn start_api_server(workplace: &Workplace, port: u16, etcd_port: u16) -> Result<Process, Failure> {
    let tokens = workplace.write(
        "tokens.csv",
        &format!("{ADMIN_TOKEN},admin,admin,system:masters\n"),
    )?;
    let policy = workplace.write("audit-policy.json", &audit_policy().to_string())?;
    let certificates = workplace.path(CERTIFICATES);
    // The server makes itself a certificate; its key serves for the tokens of ServiceAccounts as well.
    let key = certificates.join("apiserver.key");
    Process::start(Program {
        name: "kube-apiserver",
        path: &workplace::tool("kube-apiserver")?,
        arguments: vec![
            format!("--etcd-servers=http://127.0.0.1:{etcd_port}"),
            "--bind-address=127.0.0.1".to_owned(),
            "--advertise-address=127.0.0.1".to_owned(),
            "--endpoint-reconciler-type=none".to_owned(),
            format!("--secure-port={port}"),
            format!("--cert-dir={}", certificates.display()),
            "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
            "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
            format!("--service-account-key-file={}", key.display()),
            format!("--service-account-signing-key-file={}", key.display()),
            "--authorization-mode=RBAC".to_owned(),
            format!("--token-auth-file={}", tokens.display()),
            format!("--audit-policy-file={}", policy.display()),
            format!("--audit-log-path={}", workplace.path("audit.log").display()),
            "--audit-log-mode=blocking".to_owned(),
        ],
        environment: Vec::new(),
        log: workplace.path("kube-apiserver.log"),
    })
}

/// Without it, what depends on a deleted object stays, and a deleted namespace is never emptied.
fn start_controller_manager(workplace: &Workplace, admin: &Path) -> Result<Option<Process>, Failure> {
    let path = match workplace::tool("kube-controller-manager") {
        Ok(path) => path,
        Err(_) if std::env::var_os("KUBEBUILDER_ASSETS").is_some() => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let process = Process::start(Program {
        name: "kube-controller-manager",
        path: &path,
        arguments: vec![
            format!("--kubeconfig={}", admin.display()),
            "--controllers=namespace-controller,garbage-collector-controller,serviceaccount-controller"
                .to_owned(),
            "--leader-elect=false".to_owned(),
            // It serves nothing, so it needs no port.
            "--secure-port=0".to_owned(),
        ],
        environment: Vec::new(),
        log: workplace.path("kube-controller-manager.log"),
    })?;
    Ok(Some(process))
}

/// One line for each finished request of an operator, none for anybody else's.
fn audit_policy() -> serde_json::Value {
    serde_json::json!({
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [
            {
                "level": "Metadata",
                "userGroups": [format!("system:serviceaccounts:{OPERATOR_NAMESPACE}")],
            },
            { "level": "None" },
        ],
    })
}

fn write_kubeconfig(
    workplace: &Workplace,
    file: &str,
    server: &str,
    token: &str,
    namespace: &str,
) -> Result<PathBuf, Failure> {
    let authority = workplace.path(CERTIFICATES).join("apiserver.crt");
    let kubeconfig = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": "test", "cluster": { "server": server, "certificate-authority": authority } }],
        "users": [{ "name": "user", "user": { "token": token } }],
        "contexts": [{
            "name": "test",
            "context": { "cluster": "test", "user": "user", "namespace": namespace },
        }],
        "current-context": "test",
    });
    workplace.write(file, &kubeconfig.to_string())
}

/// The name of the running test, cut to fit a namespace with a number after it.
fn test_name() -> String {
    let thread = std::thread::current();
    // The test harness names the thread of a test `module::test`.
    let name = thread
        .name()
        .unwrap_or("test")
        .rsplit("::")
        .next()
        .unwrap_or("test");
    let fits = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = name.chars().take(50).map(fits).collect();
    name.trim_matches('-').to_owned()
}
