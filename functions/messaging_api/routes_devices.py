"""Routes of the devices that a customer gets push messages on."""

from messaging_api.schemas_inbox import DeviceList, DeviceView, RegisterDevice
from regulars.kernel.http.caller import Call
from regulars.kernel.http.routes import Routes
from regulars.kernel.permissions import Permission
from regulars.messaging import devices
from regulars.messaging.device_store import Device

routes = Routes("messaging_api")


@routes.post(
    "/customers/{customer_id}/devices",
    permission=Permission.CUSTOMERS_WRITE,
    answer=DeviceView,
    status=201,
    own=True,
    errors=(404,),
)
def register_device(call: Call, body: RegisterDevice) -> Device:
    """Register a device, or say that its app was opened again.

    A token that was another customer's is theirs no more. Of more than twenty devices the one not seen for longest goes.
    """
    new = devices.NewDevice(body.platform, body.token, body.name or "")
    return devices.register_device(call.tenant, call.params["customer_id"], new, call.now)


@routes.get(
    "/customers/{customer_id}/devices", permission=Permission.MESSAGES_READ, answer=DeviceList, own=True
)
def list_devices(call: Call) -> DeviceList:
    """List a customer's devices, the one seen last first."""
    found = devices.list_devices(call.tenant, call.params["customer_id"])
    return DeviceList(items=[DeviceView.model_validate(one) for one in found])


@routes.delete(
    "/customers/{customer_id}/devices/{device_id}",
    permission=Permission.CUSTOMERS_WRITE,
    own=True,
    errors=(404,),
)
def remove_device(call: Call) -> None:
    """Send nothing to a device any more."""
    devices.remove_device(call.tenant, call.params["customer_id"], call.params["device_id"])
