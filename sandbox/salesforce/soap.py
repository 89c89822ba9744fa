"""The retired SOAP login() call: off unless switched on, absent from version 65 on.

Source: help.salesforce.com 005132110 (April 2026).
"""

import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

from sandbox.salesforce.call import Answer
from sandbox.salesforce.oauth import Form, password_fits
from sandbox.salesforce.sessions import ORG_ID

_NEWEST = 64
_ENVELOPE = '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" {}><soapenv:Body>{}</soapenv:Body></soapenv:Envelope>'  # fmt: skip


def login(form: Form, version: str, body: bytes) -> Answer:
    """`POST /services/Soap/u/{version}` with a login body: a session id and the server's address, or a fault."""
    number = version.partition(".")[0]
    if not number.isdecimal() or int(number) > _NEWEST:
        return _fault(
            "UNSUPPORTED_API_VERSION", f"UNSUPPORTED_API_VERSION: login() is not available in version {version}"
        )
    if not form.org.settings.soap_login:
        message = "INVALID_OPERATION: SOAP API login() is disabled by default in this org."
        return _fault("INVALID_OPERATION", message)
    username, password = _credentials(body)
    user = form.org.user_named(username)
    if user is None or not user.get("IsActive") or not password_fits(password):
        message = "INVALID_LOGIN: Invalid username, password, security token; or user locked out."
        return _fault("INVALID_LOGIN", message)
    session = form.org.sessions.begin(str(user["Id"]), "soap", form.now, form.org.settings.session_s)
    url = escape(f"{form.instance_url}/services/Soap/u/{version}/{ORG_ID[:15]}")
    result = (
        f"<loginResponse><result><passwordExpired>false</passwordExpired><sandbox>false</sandbox><serverUrl>{url}</serverUrl>"
        f"<sessionId>{session.token}</sessionId><userId>{session.user}</userId></result></loginResponse>"
    )
    return _xml(200, 'xmlns="urn:partner.soap.sforce.com"', result)


def _credentials(body: bytes) -> tuple[str, str]:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        return "", ""
    try:
        root = ET.fromstring(body)  # noqa: S314 (no document type, so no entities; and it only ever comes from loopback)
    except ET.ParseError:
        return "", ""
    texts = {element.tag.rpartition("}")[2]: element.text or "" for element in root.iter()}
    return texts.get("username", ""), texts.get("password", "")


def _fault(code: str, message: str) -> Answer:
    fault = (
        f"<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{escape(message)}</faultstring><detail><sf:LoginFault>"
        f"<sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{escape(message.partition(': ')[2])}</sf:exceptionMessage>"
        "</sf:LoginFault></detail></soapenv:Fault>"
    )
    return _xml(500, 'xmlns:sf="urn:fault.partner.soap.sforce.com"', fault)


def _xml(status: int, spaces: str, body: str) -> Answer:
    return Answer(status, _ENVELOPE.format(spaces, body).encode(), content_type="text/xml;charset=UTF-8")
