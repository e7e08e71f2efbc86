"""The vendor's own SDK for Python against the simulator: import, list, copy, terminate.

Started by `make sdk` with the path of the image-operator binary.
"""

import json
import logging
import subprocess
import sys
import time

from ucloud.client import Client
from ucloud.core import exc

DEADLINE = 30  # seconds that a test waits


def client(url, private_key="demo-private"):
    return Client(
        {
            "base_url": url,
            "region": "hk",
            "project_id": "org-demo",
            "public_key": "demo-public",
            "private_key": private_key,
            "log_level": logging.CRITICAL,
        }
    )


def custom_images(uhost, **more):
    return uhost.describe_image({"ImageType": "Custom", "Limit": 100, **more})["ImageSet"]


def state(uhost, image, **more):
    return [found["State"] for found in custom_images(uhost, ImageId=image, **more)]


def eventually(what, condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"not in time: {what}"
        time.sleep(0.05)


def check(url):
    account = client(url)
    projects = account.uaccount().get_project_list()["ProjectSet"]
    assert [p["ProjectId"] for p in projects if p["IsDefault"]] == ["org-demo"], projects
    assert {"hk", "sg"} <= {r["Region"] for r in account.uaccount().get_region()["Regions"]}

    uhost = account.uhost()
    imported = uhost.import_custom_image(
        {
            "ImageName": "debian-12",
            "UFileUrl": "https://images.hk.ufileos.com/debian-12.qcow2",
            "OsType": "CentOS",
            "OsName": "CentOS 7.2 64位",
            "Format": "qcow2",
            "Auth": True,
            "ImageDescription": "made by the SDK",
        }
    )
    image = imported["ImageId"]
    print("imported", image)
    assert state(uhost, image) == ["Making"]
    eventually("the image is available", lambda: state(uhost, image) == ["Available"])
    (listed,) = custom_images(uhost)
    assert listed["ImageName"] == "debian-12" and listed["ImageDescription"] == "made by the SDK", listed
    print("listed", listed["ImageId"], listed["State"])

    copied = uhost.copy_custom_image(
        {"SourceImageId": image, "TargetProjectId": "org-demo", "TargetRegion": "sg"}
    )["TargetImageId"]
    assert state(uhost, copied, Region="sg") in (["Copying"], ["Available"])
    print("copied", copied)

    uhost.terminate_custom_image({"ImageId": image})
    assert custom_images(uhost) == []
    print("terminated", image)

    try:
        client(url, private_key="wrong").uhost().describe_image()
        raise AssertionError("a wrong key was accepted")
    except exc.RetCodeException as error:
        assert error.code == 171, error
    print("a wrong key is refused")


def main(binary):
    command = [binary, "simulate", "--listen", "127.0.0.1:0", "--speed", "600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        try:
            check(json.loads(simulator.stdout.readline())["url"])
        finally:
            simulator.terminate()


if __name__ == "__main__":
    main(*sys.argv[1:])
