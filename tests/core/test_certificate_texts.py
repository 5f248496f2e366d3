"""The texts of procedure j: commands of the ASA, and what partners have to do, filled in from the plan."""

import re
from pathlib import Path

import pytest

from tests.core.plans import behind_balancer, practice_plan, with_asa
from wizard.plan.model import Partner
from wizard.procedures import asa_text
from wizard.procedures.listeners_certificates import LISTENERS_CERTIFICATES
from wizard.procedures.partner_side import letter, lync_commands
from wizard.step import Instruct

LETTERS = Path(__file__).parent.parent / "golden" / "letters"
FRONT_END = Partner(
    domain="inside.example", description="Inside", external_fqdn="pool.inside.example", peer="front-end"
)


def test_the_commands_of_the_asa_are_filled_in() -> None:
    plan = with_asa()
    assert plan.asa is not None
    inside, outside = asa_text.enroll_inside(plan.asa), asa_text.enroll_outside(plan.asa, plan.local.public_fqdn)
    assert "crypto ca trustpoint imp_proxy\n enrollment self\n fqdn none\n subject-name cn=192.0.2.3\n" in inside
    assert " fqdn imp-public.mail.local.example\n" in outside
    assert " client-types ssl\n" in outside
    proxy = asa_text.tls_proxy(plan.asa)
    assert "tls-proxy ent_imp_to_external\n server trust-point imp_proxy\n client trust-point public_imp\n" in proxy
    assert "tls-proxy ent_external_to_imp\n server trust-point public_imp\n client trust-point imp_proxy\n" in proxy
    assert " class ent_external_to_imp\n  inspect sip sip_inspect tls-proxy ent_external_to_imp" in proxy


def test_the_port_that_is_dialled_is_mapped_to_the_listener() -> None:
    plan = with_asa()
    assert plan.asa is not None
    old, new = asa_text.translation_old(plan, plan.asa), asa_text.translation_new(plan, plan.asa)
    assert "static (inside,outside) tcp 192.0.2.10 5061 192.0.2.11 5062 netmask 255.255.255.255" in old
    assert "static (inside,outside) udp 192.0.2.10 5080 192.0.2.11 5080 netmask 255.255.255.255" in old
    assert "192.0.2.12" not in old, "the plan names no ports for the second node"
    rule = "source static obj_imp1 obj_public_imp service obj_tcp_source_eq_5062 obj_tcp_source_eq_5061"
    assert f"nat (inside,outside) {rule}" in new
    used = set(re.findall(r"obj_\w+", new.split("nat (inside,outside) source", 1)[1]))
    assert used <= set(re.findall(r"^object (?:network|service) (\S+)", new, re.MULTILINE))
    step = next(step for step in LISTENERS_CERTIFICATES.steps(plan) if step.id.endswith("/asa-configure"))
    assert isinstance(step.does, Instruct)
    values = {field.label: field.value for field in step.does.fields}
    assert values["Ports of imp1"] == "5060>5060, 5061>5062, 5062>5062, 5080>5080"
    assert "Ports of imp2" not in values
    assert [effect for effect in step.effects if "imp2" in effect and "asa_ports" in effect]


def test_the_other_nodes_have_ports_of_their_own() -> None:
    plan = with_asa()
    ports = (45060, 45061, 45062, 45080)
    nodes = (plan.nodes[0], plan.nodes[1].model_copy(update={"asa_ports": ports}))
    plan = plan.model_copy(update={"nodes": nodes})
    assert plan.asa is not None
    assert asa_text.mappings(plan, nodes[1]) == ((45060, 5060), (45061, 5062), (45062, 5062), (45080, 5080))
    assert asa_text.unmapped(plan) == ()
    assert "udp 192.0.2.10 45080 192.0.2.12 5080" in asa_text.translation_old(plan, plan.asa)
    assert asa_text.node_trustpoint(plan.asa, plan, nodes[1]) == "cert_from_imp_imp2"


def test_with_a_load_balancer_the_port_that_partners_dial_leads_to_it() -> None:
    plan = behind_balancer(with_asa())
    assert plan.asa is not None
    assert plan.load_balancer is not None
    balancer = plan.load_balancer.address
    assert asa_text.mappings(plan, plan.nodes[0])[1] == (55061, 5062)
    old = asa_text.translation_old(plan, plan.asa)
    assert f"tcp 192.0.2.10 5061 {balancer} 5061 netmask" in old
    assert "tcp 192.0.2.10 5061 192.0.2.11" not in old
    new = asa_text.translation_new(plan, plan.asa)
    assert f"object network obj_LB\n host {balancer}\n" in new
    service = "obj_public_imp service obj_tcp_source_eq_{} obj_tcp_source_eq_{}"
    assert f"source static obj_LB {service.format(5061, 5061)}" in new
    assert f"source static obj_imp1 {service.format(5062, 55061)}" in new
    for form, target in ((False, balancer), (True, "192.0.2.10")):
        lists = asa_text.access_lists(plan, plan.asa, plan.partners, old=form)
        assert f"access-list ent_external_to_imp extended permit tcp any host {target} eq 5061" in lists


def test_access_lists_name_partners_by_address_where_it_is_known() -> None:
    plan = with_asa()
    assert plan.asa is not None
    partner = plan.partners[0].model_copy(update={"external_address": "198.51.100.10"})
    new = asa_text.access_lists(plan.model_copy(update={"aol": None}), plan.asa, (partner,), old=False)
    old = asa_text.access_lists(plan.model_copy(update={"aol": None}), plan.asa, (partner,), old=True)
    out = "access-list ent_imp_to_external extended permit tcp host 192.0.2.11 host 198.51.100.10 eq 5061"
    assert out in new
    assert out in old
    into = "access-list ent_external_to_imp extended permit tcp host 198.51.100.10 host"
    assert f"{into} 192.0.2.11 eq 5062" in new
    assert f"{into} 192.0.2.10 eq 5061" in old
    assert " any eq 5061" in asa_text.access_lists(plan, plan.asa, (partner,), old=False)


@pytest.mark.parametrize("version", ["lync-2010", "ocs-2007-r2"])
def test_the_letter_to_an_edge_reads_as_it_was_approved(version: str) -> None:
    """The text goes to people outside: a change of it is looked at, then copied to the golden file."""
    plan = practice_plan()
    partner = plan.partners[0].model_copy(update={"version": version, "external_address": "198.51.100.10"})
    golden = (LETTERS / f"edge-{version}.txt").read_text(encoding="utf-8")
    assert letter(plan, partner, "imp1.local.example") + "\n" == golden


def test_an_edge_with_another_subject_is_asked_for_both_names() -> None:
    plan = practice_plan()
    renewed = plan.partners[0].model_copy(update={"peer_subject": "edge1.partner.example"})
    told = " ".join(letter(plan, renewed, "imp1.local.example").split())
    assert "the subject CN edge1.partner.example, sip.partner.example among the alternative names, and server" in told
    assert "both ways between sip.partner.example and" in told


def test_only_what_meets_the_nodes_is_told_their_tls_version() -> None:
    plan = with_asa()
    assert "TLS 1.0" not in letter(plan, plan.partners[0], plan.local.public_fqdn)


def test_what_the_other_side_has_to_do() -> None:
    plan = practice_plan()
    lync = letter(plan, FRONT_END, "imp1.local.example")
    assert "-Port 5061 -usedefaultcertificate $true" in lync
    assert '-MatchUri "local.example"' in lync
    assert 'New-CsTrustedApplicationComputer -Identity "imp2.local.example"' in lync
    old = letter(plan, FRONT_END.model_copy(update={"version": "ocs-2007-r2", "transport": "tcp"}), "")
    assert "TCP, port 5060" in old
    assert "Trusted Root" not in old
    assert "Add 192.0.2.11; 192.0.2.12 to Host Authorization" in old


def test_an_ocs_front_end_authorises_every_node_for_each_dials_it() -> None:
    plan, partner = practice_plan(), FRONT_END.model_copy(update={"version": "ocs-2007-r2"})
    by_tls = letter(plan, partner, "imp1.local.example")
    both = "192.0.2.11 and imp1.local.example; 192.0.2.12 and imp2.local.example"
    assert f"Add {both} to Host Authorization, since each of these servers dials you itself" in by_tls
    assert "to imp1.local.example: TLS, port 5061" in by_tls, "they dial the routing node alone"
    alone = plan.model_copy(update={"nodes": (plan.routing_node,)})
    assert "Add 192.0.2.11 and imp1.local.example to Host Authorization:" in letter(alone, partner, "")


@pytest.mark.parametrize("registrar", ["", "a b", '"; Remove-CsUser', "$(x)", "ok`"])
def test_only_plain_names_enter_a_command(registrar: str) -> None:
    partner = FRONT_END.model_copy(update={"registrar": registrar})
    assert '-Registrar "REGISTRAR"' in lync_commands(practice_plan(), partner)
    named = FRONT_END.model_copy(update={"registrar": "registrar:pool.inside.example"})
    assert '-Registrar "registrar:pool.inside.example"' in lync_commands(practice_plan(), named)
