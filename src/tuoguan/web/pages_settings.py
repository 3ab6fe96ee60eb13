"""Pages: settings."""

from fastapi import APIRouter

pages = APIRouter()
