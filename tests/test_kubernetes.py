"""deploy/kubernetes: the manifests are valid by the schemas of Kubernetes, fit together, and give few rights."""

from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.support.processes import REPOSITORY
from tests.test_hosting import parts
from tests.test_settings import LISTED

HERE = REPOSITORY / "deploy/kubernetes"
VERSIONS = ("1.27", "1.32")
Manifest = dict[str, Any]


def kustomization() -> Manifest:
    read: Manifest = yaml.safe_load((HERE / "kustomization.yaml").read_text())
    return read


def manifests() -> list[Manifest]:
    files = [HERE / name for name in kustomization()["resources"]]
    return [found for file in files for found in yaml.safe_load_all(file.read_text()) if found]


def named(kind: str, name: str) -> Manifest:
    (found,) = [m for m in manifests() if m["kind"] == kind and m["metadata"]["name"] == name]
    return found


def pods() -> list[tuple[str, Manifest]]:
    """Return every pod that is started, with the name of what starts it."""
    starters = [m for m in manifests() if m["kind"] in ("Deployment", "DaemonSet", "Job")]
    return [(starter["metadata"]["name"], starter["spec"]["template"]["spec"]) for starter in starters]


def containers(*, initial: bool = True) -> list[tuple[str, Manifest]]:
    kinds = ("initContainers", "containers") if initial else ("containers",)
    return [(name, container) for name, pod in pods() for kind in kinds for container in pod.get(kind, [])]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid(version: str) -> None:
    for manifest in manifests():
        kubernetes_validate.validate(manifest, version, strict=True)


def test_every_file_is_in_the_kustomization() -> None:
    files = {path.name for path in HERE.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == set(kustomization()["resources"])
    images = {image["name"] for image in kustomization()["images"]}
    assert images == {container["image"] for _, container in containers()}


def test_every_part_runs_once() -> None:
    started = [container["args"][1] for _, container in containers(initial=False) if container["args"][0] == "part"]
    assert sorted(started) == sorted(parts() - {"redis", "proxy"})


def test_no_container_has_rights_that_it_does_not_need() -> None:
    for name, pod in pods():
        context = pod["securityContext"]
        assert (context["runAsNonRoot"], context["runAsUser"], context["runAsGroup"]) == (True, 10001, 10001), name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False and pod["serviceAccountName"] == "spaces", name
        assert pod.get("hostNetwork", False) is (name == "spaces-edge"), name
        assert not {"hostPID", "hostIPC"} & pod.keys(), name
    for name, container in containers():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]["cpu"], name


def test_volumes_settings_and_secrets_are_there() -> None:
    for name, pod in pods():
        volumes = {volume["name"] for volume in pod["volumes"]}
        for container in [*pod.get("initContainers", []), *pod["containers"]]:
            assert {mount["name"] for mount in container["volumeMounts"]} == volumes, name
            assert container["envFrom"] == [
                {"configMapRef": {"name": "spaces-settings"}},
                {"secretRef": {"name": "spaces-secrets"}},
            ]
    named("PersistentVolumeClaim", "spaces-var")
    documented = set(LISTED.findall((REPOSITORY / "docs/settings.md").read_text()))
    assert set(named("ConfigMap", "spaces-settings")["data"]) - {"WEB_LISTEN"} <= documented


def test_the_page_names_every_secret_that_a_site_would_make_for_itself() -> None:
    page = (REPOSITORY / "docs/hosting/kubernetes.md").read_text()
    code = (REPOSITORY / "spaces_project/settings.py").read_text()
    made = {line.split('"')[1] for line in code.splitlines() if "= local_secret(" in line}
    assert len(made) == 7 and all(f"--from-literal={name}=" in page for name in made)


def test_services_and_budgets_lead_to_pods() -> None:
    labels = [
        m["spec"]["template"]["metadata"]["labels"] for m in manifests() if m["kind"] in ("Deployment", "DaemonSet")
    ]
    selectors = [m["spec"]["selector"] for m in manifests() if m["kind"] == "Service"]
    selectors += [m["spec"]["selector"]["matchLabels"] for m in manifests() if m["kind"] == "PodDisruptionBudget"]
    for selector in selectors:
        assert [found for found in labels if selector.items() <= found.items()], selector
    (rule,) = named("Ingress", "spaces")["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"]["service"]["name"] == "spaces-web"


def test_the_sound_is_not_cut_by_an_upgrade() -> None:
    edge = named("DaemonSet", "spaces-edge")["spec"]
    assert edge["updateStrategy"] == {"type": "OnDelete"}
    assert edge["template"]["spec"]["terminationGracePeriodSeconds"] >= 3600
    gateway = edge["template"]["spec"]["containers"][0]
    assert "list_spaces" in gateway["lifecycle"]["preStop"]["exec"]["command"][-1]


def test_there_is_one_beat() -> None:
    beat = named("Deployment", "spaces-beat")["spec"]
    assert (beat["replicas"], beat["strategy"]) == (1, {"type": "Recreate"})


def test_a_web_process_that_leaves_gets_no_new_people() -> None:
    web = named("Deployment", "spaces-web")["spec"]
    (container,) = web["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert "httpGet" not in container["livenessProbe"]  # a database that is away must not restart every process
    drain = int(named("ConfigMap", "spaces-settings")["data"]["WEB_DRAIN_SECONDS"])
    assert web["template"]["spec"]["terminationGracePeriodSeconds"] > drain
