"""Pages: contracts."""

from fastapi import APIRouter

pages = APIRouter()
