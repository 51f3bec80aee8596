"""Operations on the policy: which proposals are applied without a person."""

from dataclasses import dataclass

from app.operations.registry import ProjectRequest, described, operation
from app.services import Services
from graph.proposals import ApplyPolicy, policy_change, read_policy


@dataclass(frozen=True)
class SetPolicy:
    """Which proposals are applied at once."""

    project: str = described("Name of the project.")
    threshold: float = described("Confidence to exceed.", default=0.90)
    no_new_violations: bool = described("Whether violations make it wait.", default=True)


@dataclass(frozen=True)
class PolicyView:
    """The policy; `additive_only` cannot be switched off."""

    threshold: float
    no_new_violations: bool
    additive_only: bool = True


@operation(
    "GET",
    "/projects/<project>/policy",
    "Show which proposals are applied at once.",
    permission="read",
    request=ProjectRequest,
    response=PolicyView,
    example={"project": "fleet"},
)
def get_policy(services: Services, request: ProjectRequest) -> PolicyView:
    """Show the policy."""
    project = services.projects.get(request.project)
    policy = read_policy(project.reader(project.names.meta), project.names)
    return PolicyView(policy.threshold, policy.no_new_violations)


@operation(
    "PUT",
    "/projects/<project>/policy",
    "Set which additive proposals are applied at once; removals always wait.",
    permission="admin",
    request=SetPolicy,
    response=PolicyView,
    example={"project": "fleet", "threshold": 0.95},
    idempotent=True,
)
def set_policy(services: Services, request: SetPolicy) -> PolicyView:
    """Set the policy."""
    project = services.projects.get(request.project)
    after = ApplyPolicy(request.threshold, request.no_new_violations)
    before = read_policy(project.reader(project.names.meta), project.names)
    project.commit(policy_change(project.names, before, after))
    return PolicyView(after.threshold, after.no_new_violations)
